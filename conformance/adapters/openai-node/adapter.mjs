// The adapter of openai for Node: `runs.create(…, { stream: true })` and its iteration.

import OpenAI, { APIError } from "openai";
import { VERSION } from "openai/version";

import { serve } from "./answers.mjs";

await serve("openai-node", VERSION, { OpenAI, APIError }, async (client, threadId, push) => {
  const params = { assistant_id: "asst_1", stream: true };
  for await (const event of await client.beta.threads.runs.create(threadId, params)) push(event);
});
