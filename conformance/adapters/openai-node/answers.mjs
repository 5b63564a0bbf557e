// The adapter protocol around openai for Node, for both of its adapters.

import { createInterface } from "node:readline";

const FEATURES = ["presence", "unknown-members"];
const TIMEOUT = 10_000; // milliseconds

// `read` makes one streaming request, calls back with each of the SDK's events, and rejects with
// what the SDK rejects with.
export async function serve(name, version, { OpenAI, APIError }, read) {
  const hello = { name, version, language: "javascript", features: FEATURES, transport: "http" };
  for await (const line of createInterface({ input: process.stdin, crlfDelay: Infinity })) {
    const request = JSON.parse(line);
    if (request.cmd === "stop") break;
    const answer = request.cmd === "run" ? await run(request) : hello;
    process.stdout.write(JSON.stringify(answer) + "\n");
  }
  process.exit(0); // connections are kept alive

  async function run({ seq, url, thread_id }) {
    const client = new OpenAI({
      baseURL: url + "/v1",
      apiKey: "threadwire",
      maxRetries: 0,
      timeout: TIMEOUT,
      logLevel: "off",
    });
    const events = [];
    try {
      await read(client, thread_id, (item) => events.push(event(item)));
      return { seq, events, end: "done" };
    } catch (error) {
      return { seq, events, end: "error", error: told(error) };
    }
  }

  function told(error) {
    if (error instanceof APIError && error.error !== undefined) {
      const { message, type, code, param, error: data } = error;
      const object = typeof data === "object" && data !== null && !Array.isArray(data);
      return { class: "server", message, type, code, param, ...(object && { data }) };
    }
    const payload = error instanceof SyntaxError;
    return { class: payload ? "payload" : "other", message: String(error) };
  }
}

// An event by the name that its user compares; without `data`, all that there is of it.
function event(item) {
  const given = Object(item) === item && "data" in item;
  return { event: item?.event ?? "", data: plain(given ? item.data : item) };
}

// What no JSON can say becomes a string.
function plain(value) {
  if (typeof value === "number" && !Number.isFinite(value)) return String(value);
  if (Array.isArray(value)) return value.map(plain);
  if (Object(value) !== value) return value ?? null;
  return Object.fromEntries(Object.entries(value).map(([name, member]) => [name, plain(member)]));
}
