// The adapter of openai-go: its real client against a URL, its typed values back into JSON.
package main

import (
	"context"
	"encoding/json"
	"errors"
	"net/http"
	"os"
	"reflect"
	"time"

	"github.com/openai/openai-go/v3"
	"github.com/openai/openai-go/v3/option"
	"github.com/openai/openai-go/v3/packages/ssestream"
)

const (
	version = "3.96.0" // as in go.mod
	timeout = 10 * time.Second
)

type object = map[string]any

type request struct {
	Cmd      string `json:"cmd"`
	Seq      int    `json:"seq"`
	URL      string `json:"url"`
	ThreadID string `json:"thread_id"`
}

func main() {
	transport := http.DefaultTransport.(*http.Transport).Clone()
	transport.Proxy = nil
	client := &http.Client{Transport: transport, Timeout: timeout}
	in, out := json.NewDecoder(os.Stdin), json.NewEncoder(os.Stdout)
	out.SetEscapeHTML(false)
	for {
		var req request
		if in.Decode(&req) != nil || req.Cmd == "stop" {
			return
		}
		answer := object{
			"name": "openai-go", "version": version, "language": "go", "transport": "http",
			"features": []string{"unknown-members", "presence"},
		}
		if req.Cmd == "run" {
			answer = run(client, req)
		}
		if err := out.Encode(answer); err != nil {
			panic(err)
		}
	}
}

// One streaming request, read as its documentation shows: Next, Current, Err.
func run(httpClient *http.Client, req request) object {
	client := openai.NewClient(
		option.WithBaseURL(req.URL+"/v1"),
		option.WithAPIKey("threadwire"),
		option.WithHTTPClient(httpClient),
		option.WithMaxRetries(0),
	)
	params := openai.BetaThreadRunNewParams{AssistantID: "asst_1"}
	stream := client.Beta.Threads.Runs.NewStreaming(context.Background(), req.ThreadID, params)
	defer stream.Close()
	events := []any{}
	for stream.Next() {
		events = append(events, event(stream.Current()))
	}
	reply := object{"seq": req.Seq, "events": events, "end": "done"}
	if err := stream.Err(); err != nil {
		reply["end"], reply["error"] = "error", told(err)
	}
	return reply
}

// An event: the variant of its name, or an unknown one with what the union keeps.
func event(union openai.AssistantStreamEventUnion) object {
	variant := union.AsAny()
	if variant == nil {
		return object{"event": union.Event, "unknown": true, "raw": union.JSON.Data.Raw()}
	}
	data := typed(reflect.ValueOf(variant).FieldByName("Data"))
	return object{"event": union.Event, "data": data}
}

func told(err error) object {
	var refused *openai.Error
	if errors.As(err, &refused) {
		return object{
			"class": "server", "message": refused.Message,
			"type": refused.Type, "code": refused.Code, "param": refused.Param,
		}
	}
	var server *ssestream.StreamError
	if errors.As(err, &server) {
		// The error is the member "error" of the event's data, which it keeps as text.
		var kept struct{ Error object }
		if json.Unmarshal(server.Event.Data, &kept) == nil && kept.Error != nil {
			return object{"class": "server", "message": server.Message, "data": kept.Error}
		}
		return object{"class": "server", "message": server.Message}
	}
	var syntax *json.SyntaxError
	var kind *json.UnmarshalTypeError
	var raw *json.MarshalerError
	if errors.As(err, &syntax) || errors.As(err, &kind) || errors.As(err, &raw) {
		return object{"class": "payload", "message": err.Error()}
	}
	return object{"class": "other", "message": err.Error()}
}
