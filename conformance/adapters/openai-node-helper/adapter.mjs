// The adapter of openai's `AssistantStream`: its "event" events, and how `done()` settles.

import OpenAI, { APIError } from "openai";
import { VERSION } from "openai/version";

import { serve } from "../openai-node/answers.mjs";

await serve("openai-node-helper", VERSION, { OpenAI, APIError }, async (client, threadId, push) => {
  const stream = client.beta.threads.runs.stream(threadId, { assistant_id: "asst_1" });
  await stream.on("event", push).done();
});
