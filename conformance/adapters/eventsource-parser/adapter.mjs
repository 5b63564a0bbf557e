// The adapter of eventsource-parser: it makes the frames, JSON.parse reads the payloads.

import { createInterface } from "node:readline";

import { createParser } from "eventsource-parser";

const HELLO = {
  name: "eventsource-parser",
  version: "4.1.3", // as in package.json
  language: "javascript",
  features: ["last-event-id", "presence", "resume", "unknown-events", "unknown-members"],
};

function run({ seq, chunks }) {
  const events = [];
  let end = "eof";
  let last_event_id = "";
  const parser = createParser({
    onId: (id) => {
      if (end !== "done") last_event_id = id;
    },
    onEvent: (frame) => {
      if (end === "done") return; // a reader stops there
      if (frame.event === "done") end = "done";
      else events.push(read(frame.event ?? "message", frame.data));
    },
  });
  try {
    const decoder = new TextDecoder();
    for (const chunk of chunks) {
      parser.feed(decoder.decode(Buffer.from(chunk, "base64"), { stream: true }));
    }
    parser.feed(decoder.decode());
  } catch (error) {
    return { seq, events, end: "error", error: { class: "other", message: String(error) } };
  }
  return { seq, events, end, last_event_id };
}

// A frame as an event.  Names of another family are no business of this stream's reader.
function read(event, raw) {
  if (!event.startsWith("thread.") && event !== "error") return { event, unknown: true, raw };
  try {
    return { event, data: plain(JSON.parse(raw)), raw };
  } catch (error) {
    return { event, invalid: true, message: String(error) };
  }
}

// What no JSON can say becomes a string.
function plain(value) {
  if (typeof value === "number" && !Number.isFinite(value)) return String(value);
  if (Array.isArray(value)) return value.map(plain);
  if (Object(value) !== value) return value;
  return Object.fromEntries(Object.entries(value).map(([name, member]) => [name, plain(member)]));
}

for await (const line of createInterface({ input: process.stdin, crlfDelay: Infinity })) {
  const request = JSON.parse(line);
  if (request.cmd === "stop") break;
  const answer = request.cmd === "run" ? run(request) : HELLO;
  process.stdout.write(JSON.stringify(answer) + "\n");
}
