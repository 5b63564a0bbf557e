package threadwire;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import com.openai.client.OpenAIClient;
import com.openai.client.okhttp.OpenAIOkHttpClient;
import com.openai.core.JsonValue;
import com.openai.core.ObjectMappers;
import com.openai.core.http.StreamResponse;
import com.openai.errors.OpenAIInvalidDataException;
import com.openai.errors.OpenAIServiceException;
import com.openai.errors.SseException;
import com.openai.models.beta.assistants.AssistantStreamEvent;
import com.openai.models.beta.threads.runs.RunCreateParams;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.io.PrintStream;
import java.net.Proxy;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.Iterator;
import java.util.Optional;

/** The adapter of openai-java: its real client against a URL, its typed values back into JSON. */
@SuppressWarnings("deprecation") // the whole API is
public final class Adapter {
    private static final ObjectMapper JSON = new ObjectMapper();
    private static final Duration TIMEOUT = Duration.ofSeconds(10);
    private static final String[] FEATURES = {"unknown-members", "presence"};

    private final boolean validating;
    private OpenAIClient client;
    private String url;

    private Adapter(boolean validating) {
        this.validating = validating;
    }

    /** Answers requests until "stop"; with --validate, the SDK's own response validation is on. */
    public static void main(String[] args) throws IOException {
        Adapter adapter = new Adapter(args.length > 0 && args[0].equals("--validate"));
        var in = new BufferedReader(new InputStreamReader(System.in, StandardCharsets.UTF_8));
        var out = new PrintStream(System.out, false, StandardCharsets.UTF_8);
        for (String line = in.readLine(); line != null; line = in.readLine()) {
            JsonNode request = JSON.readTree(line);
            if (request.get("cmd").asText().equals("stop")) {
                break;
            }
            boolean running = request.get("cmd").asText().equals("run");
            ObjectNode answer = running ? adapter.run(request) : adapter.hello();
            out.print(JSON.writeValueAsString(answer) + "\n");
            out.flush();
        }
        System.exit(0); // the HTTP client has threads that stay
    }

    private ObjectNode hello() throws IOException {
        warmUp();
        ObjectNode hello = JSON.createObjectNode();
        hello.put("name", validating ? "openai-java (validating)" : "openai-java");
        hello.put("version", Adapter.class.getPackage().getImplementationVersion());
        hello.put("language", "java");
        hello.put("transport", "http");
        ArrayNode features = hello.putArray("features");
        for (String feature : FEATURES) {
            features.add(feature);
        }
        return hello;
    }

    /** Load what the first run needs, so that it takes no longer than the others. */
    private void warmUp() throws IOException {
        String event = "{\"event\":\"thread.created\",\"data\":{\"id\":\"thread_1\"}}";
        event(ObjectMappers.jsonMapper().readValue(event, AssistantStreamEvent.class));
        client("http://127.0.0.1");
    }

    /** One streaming request, its stream read to the end. */
    private ObjectNode run(JsonNode request) {
        ObjectNode reply = JSON.createObjectNode();
        reply.set("seq", request.get("seq"));
        ArrayNode events = reply.putArray("events");
        RunCreateParams wanted =
                RunCreateParams.builder()
                        .threadId(request.get("thread_id").asText())
                        .assistantId("asst_1")
                        .build();
        try (StreamResponse<AssistantStreamEvent> stream =
                client(request.get("url").asText()).beta().threads().runs().createStreaming(wanted)) {
            Iterator<AssistantStreamEvent> iterator = stream.stream().iterator();
            while (iterator.hasNext()) {
                events.add(event(iterator.next()));
            }
            reply.put("end", "done");
        } catch (RuntimeException error) {
            reply.put("end", "error");
            reply.set("error", told(error));
        }
        return reply;
    }

    private OpenAIClient client(String wanted) {
        if (!wanted.equals(url)) {
            url = wanted;
            client =
                    OpenAIOkHttpClient.builder()
                            .baseUrl(wanted + "/v1")
                            .apiKey("threadwire")
                            .maxRetries(0)
                            .timeout(TIMEOUT)
                            .proxy(Proxy.NO_PROXY)
                            .responseValidation(validating)
                            .build();
        }
        return client;
    }

    /** An event: the variant that the SDK chose for it, or one that it has no variant for. */
    private static ObjectNode event(AssistantStreamEvent union) {
        ObjectNode event = JSON.createObjectNode();
        Optional<Object> variant = Typed.variant(union);
        if (variant.isEmpty()) {
            event.put("event", union._json().map(Typed::node).map(n -> n.path("event").asText()).orElse(""));
            return event.put("unknown", true);
        }
        event.put("event", Typed.node((JsonValue) Typed.call(variant.get(), "_event")).asText());
        try {
            return event.set("data", Typed.json(Typed.call(variant.get(), "data")));
        } catch (OpenAIInvalidDataException error) { // there is no payload, or none of this type
            return event.put("invalid", true).put("path", "$").put("message", error.getMessage());
        } catch (Typed.NotOfItsType error) {
            return event.put("invalid", true).put("path", "$" + error.path);
        }
    }

    private static ObjectNode told(RuntimeException error) {
        ObjectNode told = JSON.createObjectNode();
        told.put("message", error.getMessage());
        if (error instanceof OpenAIServiceException) {
            told.put("class", "server");
            JsonNode body = Typed.node(((OpenAIServiceException) error).body());
            if (error instanceof SseException && body.isObject()) {
                told.set("data", body);
            }
        } else {
            told.put("class", error instanceof OpenAIInvalidDataException ? "payload" : "other");
        }
        return told;
    }
}
