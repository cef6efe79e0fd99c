// publish: reads {url, mode, events}[] from standard input, builds the events with the SDK, sends them, prints one line each.
// receive: a server that reads requests with the SDK, and prints one line each; its first line is its port.
package main

import (
	"bytes"
	"context"
	"encoding/base64"
	"encoding/json"
	"fmt"
	"io"
	"net"
	"net/http"
	"net/url"
	"os"
	"strings"
	"sync"
	"time"

	"github.com/cloudevents/sdk-go/v2/binding"
	"github.com/cloudevents/sdk-go/v2/event"
	cehttp "github.com/cloudevents/sdk-go/v2/protocol/http"
	"github.com/cloudevents/sdk-go/v2/types"
)

type extension struct {
	Type  string
	Value any
}

type neutral struct {
	ID, Source, Type, Time, Subject, Dataschema, Datacontenttype string

	Extensions map[string]extension
	JSON       json.RawMessage
	Text       *string
	Base64     *string
}

type task struct {
	URL, Mode string
	Events    []neutral
}

var output sync.Mutex

func tell(line map[string]any) {
	text, err := json.Marshal(line)
	if err != nil {
		panic(err)
	}
	output.Lock()
	defer output.Unlock()
	fmt.Println(string(text))
}

func valueOf(each extension) (any, error) {
	text, _ := each.Value.(string)
	switch each.Type {
	case "integer":
		number, isNumber := each.Value.(float64)
		if !isNumber {
			return nil, fmt.Errorf("expected a number, found %v", each.Value)
		}
		return int32(number), nil
	case "binary":
		return base64.StdEncoding.DecodeString(text)
	case "uri":
		parsed, err := url.Parse(text)
		return types.URI{URL: *parsed}, err
	case "uri-reference":
		parsed, err := url.Parse(text)
		return types.URIRef{URL: *parsed}, err
	case "timestamp":
		return time.Parse(time.RFC3339, text)
	default:
		return each.Value, nil
	}
}

func cloudEvent(from neutral) (event.Event, error) {
	made := event.New()
	made.SetID(from.ID)
	made.SetSource(from.Source)
	made.SetType(from.Type)
	made.SetSubject(from.Subject)
	if from.Dataschema != "" {
		made.SetDataSchema(from.Dataschema)
	}
	at, err := time.Parse(time.RFC3339Nano, from.Time)
	if err != nil {
		return made, err
	}
	made.SetTime(at)
	for name, each := range from.Extensions {
		value, err := valueOf(each)
		if err != nil {
			return made, err
		}
		made.SetExtension(name, value)
	}
	switch {
	case from.Base64 != nil:
		data, err := base64.StdEncoding.DecodeString(*from.Base64)
		if err != nil {
			return made, err
		}
		return made, made.SetData(from.Datacontenttype, data)
	case from.Text != nil:
		return made, made.SetData(from.Datacontenttype, []byte(*from.Text))
	case from.JSON != nil:
		return made, made.SetData(from.Datacontenttype, from.JSON)
	}
	return made, nil
}

func request(from task) (*http.Request, error) {
	events := []event.Event{}
	for _, each := range from.Events {
		made, err := cloudEvent(each)
		if err != nil {
			return nil, err
		}
		events = append(events, made)
	}
	ctx := context.Background()
	switch from.Mode {
	case "batch":
		return cehttp.NewHTTPRequestFromEvents(ctx, from.URL, events)
	case "structured":
		ctx = binding.WithForceStructured(ctx)
	}
	req, err := http.NewRequestWithContext(ctx, http.MethodPost, from.URL, nil)
	if err != nil {
		return nil, err
	}
	return req, cehttp.WriteRequest(ctx, binding.ToMessage(&events[0]), req)
}

func send(from task) error {
	req, err := request(from)
	if err != nil {
		return err
	}
	answer, err := http.DefaultClient.Do(req)
	if err != nil {
		return err
	}
	defer answer.Body.Close()
	body, err := io.ReadAll(answer.Body)
	if err != nil {
		return err
	}
	tell(map[string]any{"status": answer.StatusCode, "answer": string(body)})
	return nil
}

func publish() {
	var tasks []task
	if err := json.NewDecoder(os.Stdin).Decode(&tasks); err != nil {
		panic(err)
	}
	for _, each := range tasks {
		if err := send(each); err != nil {
			// Reported to the matrix, which knows what should have been sent.
			tell(map[string]any{"error": strings.ReplaceAll(err.Error(), each.URL, "the URL")})
		}
	}
}

func attributesOf(got *event.Event) (map[string]any, error) {
	attributes := map[string]any{
		"specversion": got.SpecVersion(),
		"id":          got.ID(),
		"source":      got.Source(),
		"type":        got.Type(),
		"time":        got.Time().Format(time.RFC3339Nano),
	}
	for name, value := range map[string]string{
		"subject":         got.Subject(),
		"dataschema":      got.DataSchema(),
		"datacontenttype": got.DataContentType(),
	} {
		if value != "" {
			attributes[name] = value
		}
	}
	for name, value := range got.Extensions() {
		switch value.(type) {
		case bool, int32, string:
			attributes[name] = value
		default:
			text, err := types.Format(value)
			if err != nil {
				return nil, err
			}
			attributes[name] = text
		}
	}
	return attributes, nil
}

func received(req *http.Request) map[string]any {
	body, err := io.ReadAll(req.Body)
	fail := func(err error) map[string]any {
		seen := fmt.Sprint(req.Header, string(body))
		return map[string]any{"path": req.URL.Path, "error": err.Error(), "seen": seen}
	}
	if err != nil {
		return fail(err)
	}
	req.Body = io.NopCloser(bytes.NewReader(body))
	got, err := cehttp.NewEventFromHTTPRequest(req)
	if err != nil {
		return fail(err)
	}
	attributes, err := attributesOf(got)
	if err != nil {
		return fail(err)
	}
	line := map[string]any{"path": req.URL.Path, "attributes": attributes}
	if data := got.Data(); len(data) > 0 {
		line["data"] = base64.StdEncoding.EncodeToString(data)
	}
	return line
}

func main() {
	if os.Args[1] == "publish" {
		publish()
		return
	}
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		panic(err)
	}
	tell(map[string]any{"port": listener.Addr().(*net.TCPAddr).Port})
	panic(http.Serve(listener, http.HandlerFunc(func(answer http.ResponseWriter, req *http.Request) {
		tell(received(req))
		answer.WriteHeader(http.StatusNoContent)
	})))
}
