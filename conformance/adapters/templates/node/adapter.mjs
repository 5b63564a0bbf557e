// An adapter in JavaScript: copy it, and put your decoder where `decode` is.
//
//     threadwire test -- node adapter.mjs

import { createInterface } from "node:readline";

const hello = { name: "my-decoder", version: "0.1", language: "javascript", features: [] };

// Chunks of bytes in, a reply out. Here: the plainest reader of frames there is.
function decode(chunks) {
  const events = [];
  let name = "message";
  let data = [];
  for (const line of Buffer.concat(chunks).toString("utf8").split("\n")) {
    const [field, value] = split(line);
    if (field === "event") name = value;
    else if (field === "data") data.push(value);
    else if (line === "" && data.length > 0) {
      if (name === "done") return { events, end: "done" }; // told by `end`, not as an event
      try {
        const payload = JSON.parse(data.join("\n"));
        JSON.stringify(payload); // throws if it is nested too deeply to be written
        events.push({ event: name, data: payload });
      } catch (error) { // what your decoder throws for data that it refuses
        return { events, end: "error", error: { class: "payload", message: String(error) } };
      }
      [name, data] = ["message", []];
    }
  }
  return { events, end: "eof" };
}

function split(line) {
  const at = line.indexOf(": ");
  return at < 0 ? [line, ""] : [line.slice(0, at), line.slice(at + 2)];
}

for await (const line of createInterface({ input: process.stdin, crlfDelay: Infinity })) {
  const request = JSON.parse(line);
  if (request.cmd === "stop") break;
  const answer = request.cmd === "start"
    ? hello
    : { seq: request.seq, ...decode(request.chunks.map((c) => Buffer.from(c, "base64"))) };
  process.stdout.write(JSON.stringify(answer) + "\n");
}
