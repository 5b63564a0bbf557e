// The adapter of @azure/ai-agents: `runs.create(…).stream()` and its iteration.

import { createInterface } from "node:readline";

import {
  AgentsClient,
  DoneEvent,
  ErrorEvent,
  MessageStreamEvent,
  RunStepStreamEvent,
  RunStreamEvent,
  ThreadStreamEvent,
} from "@azure/ai-agents";

const HELLO = {
  name: "azure-ai-agents-node",
  version: "1.1.0", // as in package.json
  language: "javascript",
  features: ["done-event"],
  transport: "http",
};
const TYPED = [RunStreamEvent, RunStepStreamEvent, MessageStreamEvent].flatMap(Object.values);
const KNOWN = [...TYPED, ...[ThreadStreamEvent, ErrorEvent, DoneEvent].flatMap(Object.values)];
// Their members are the user's, and no names of the SDK.
const MAPS = ["metadata", "parameters", "schema"];
const TIMEOUT = 10_000; // milliseconds

// The end event is handed on, so a cut stream shows.
async function run({ seq, url, thread_id }) {
  const client = new AgentsClient(url + "/v1", { getToken: async () => null }, {
    allowInsecureConnection: true,
    retryOptions: { maxRetries: 0 },
  });
  // The first refuses plain HTTP, the second asks the environment.
  client.pipeline.removePolicy({ name: "bearerTokenAuthenticationPolicy" });
  client.pipeline.removePolicy({ name: "proxyPolicy" });
  const events = [];
  let end = "eof";
  try {
    const options = { requestOptions: { timeout: TIMEOUT } };
    for await (const { event, data } of await client.runs.create(thread_id, "asst_1", options).stream()) {
      if (event === DoneEvent.Done) end = "done";
      const known = KNOWN.includes(event);
      events.push({ event, ...(known ? {} : { unknown: true }), data: read(event, data) });
    }
    return { seq, events, end };
  } catch (error) {
    return { seq, events, end: "error", error: { class: "other", message: String(error) } };
  }
}

// Typed data has the SDK's names and dates; other data is JSON as it came, or text.
function read(event, data) {
  if (event === ErrorEvent.Error && typeof data === "string") return { message: data };
  return TYPED.includes(event) ? wire(data) : data;
}

// The SDK's names and dates as they are on the wire; a date that is none becomes a string.
function wire(value) {
  if (value instanceof Date) return isNaN(value) ? String(value) : value.getTime() / 1000;
  if (typeof value === "number" && !Number.isFinite(value)) return String(value);
  if (Array.isArray(value)) return value.map(wire);
  if (Object(value) !== value) return value;
  const members = Object.entries(value).map(([name, member]) => [
    name.replace(/[A-Z]/g, (letter) => "_" + letter.toLowerCase()),
    MAPS.includes(name) ? member : wire(member),
  ]);
  return Object.fromEntries(members);
}

for await (const line of createInterface({ input: process.stdin, crlfDelay: Infinity })) {
  const request = JSON.parse(line);
  if (request.cmd === "stop") break;
  const answer = request.cmd === "run" ? await run(request) : HELLO;
  process.stdout.write(JSON.stringify(answer) + "\n");
}
process.exit(0); // connections are kept alive
