// An adapter in Go: copy it, and put your decoder where decode is.
//
//	go build -o adapter main.go && threadwire test -- ./adapter
package main

import (
	"encoding/json"
	"os"
	"strings"
)

type request struct {
	Cmd    string   `json:"cmd"`
	Seq    int      `json:"seq"`
	Chunks [][]byte `json:"chunks"` // encoding/json reads base64 into bytes
}

// Chunks of bytes in, a reply out. Here: the plainest reader of frames there is.
func decode(chunks [][]byte) map[string]any {
	events, name, data, whole := []any{}, "message", []string{}, ""
	for _, chunk := range chunks {
		whole += string(chunk)
	}
	for _, line := range strings.Split(whole, "\n") {
		field, value, _ := strings.Cut(line, ": ")
		switch {
		case field == "event":
			name = value
		case field == "data":
			data = append(data, value)
		case line == "" && len(data) > 0:
			if name == "done" { // the end is told by "end", not as an event
				return map[string]any{"events": events, "end": "done"}
			}
			var payload any
			if err := json.Unmarshal([]byte(strings.Join(data, "\n")), &payload); err != nil {
				refused := map[string]any{"class": "payload", "message": err.Error()}
				return map[string]any{"events": events, "end": "error", "error": refused}
			}
			events = append(events, map[string]any{"event": name, "data": payload})
			name, data = "message", []string{}
		}
	}
	return map[string]any{"events": events, "end": "eof"}
}

func main() {
	in, out := json.NewDecoder(os.Stdin), json.NewEncoder(os.Stdout)
	hello := map[string]any{"name": "my-decoder", "version": "0.1", "language": "go", "features": []string{}}
	for req := (request{}); in.Decode(&req) == nil && req.Cmd != "stop"; req = (request{}) {
		reply := hello
		if req.Cmd == "run" {
			reply = decode(req.Chunks)
			reply["seq"] = req.Seq
		}
		out.Encode(reply) // one line, unbuffered
	}
}
