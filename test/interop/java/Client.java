import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;
import io.cloudevents.CloudEvent;
import io.cloudevents.core.builder.CloudEventBuilder;
import io.cloudevents.core.provider.EventFormatProvider;
import io.cloudevents.http.HttpMessageFactory;
import io.cloudevents.jackson.JsonFormat;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.time.OffsetDateTime;
import java.util.ArrayList;
import java.util.Base64;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Executors;

/**
 * publish: reads {url, mode, events}[] from standard input, makes the events with the SDK, sends them, prints one line each.
 * receive: a server that reads requests with the SDK, and prints one line each; its first line is its port.
 */
public final class Client {
  private static final ObjectMapper JSON = new ObjectMapper();
  private static final HttpClient HTTP =
      HttpClient.newBuilder().version(HttpClient.Version.HTTP_1_1).build();

  public static void main(String[] arguments) throws Exception {
    if (arguments[0].equals("publish")) publish();
    else receive();
  }

  private static synchronized void tell(ObjectNode line) {
    // ASCII, whatever the terminal is set to.
    StringBuilder ascii = new StringBuilder();
    for (char each : line.toString().toCharArray()) {
      if (each < 128) ascii.append(each);
      else ascii.append(String.format("\\u%04x", (int) each));
    }
    System.out.println(ascii);
    System.out.flush();
  }

  private static void publish() throws IOException {
    for (JsonNode task : JSON.readTree(System.in)) {
      ObjectNode line = JSON.createObjectNode();
      try {
        HttpResponse<String> answer = HTTP.send(request(task), HttpResponse.BodyHandlers.ofString());
        line.put("status", answer.statusCode()).put("answer", answer.body());
      } catch (Exception error) {
        // Reported to the matrix, which knows what should have been sent.
        line.put("error", error.toString());
      }
      tell(line);
    }
  }

  private static HttpRequest request(JsonNode task) throws IOException {
    URI url = URI.create(task.get("url").asText());
    String login = Base64.getEncoder().encodeToString(url.getUserInfo().getBytes(StandardCharsets.UTF_8));
    HttpRequest.Builder request =
        HttpRequest.newBuilder(URI.create(task.get("url").asText().replace(url.getUserInfo() + "@", "")))
            .header("authorization", "Basic " + login);
    List<CloudEvent> events = new ArrayList<>();
    for (JsonNode each : task.get("events")) events.add(cloudEvent(each));
    List<byte[]> body = new ArrayList<>();
    switch (task.get("mode").asText()) {
      case "batch" -> {
        // The SDK cannot write batches: this is an array of its JSON format.
        ByteArrayOutputStream array = new ByteArrayOutputStream();
        for (CloudEvent each : events) {
          array.write(array.size() == 0 ? '[' : ',');
          array.write(EventFormatProvider.getInstance().resolveFormat(JsonFormat.CONTENT_TYPE).serialize(each));
        }
        array.write(']');
        body.add(array.toByteArray());
        request.header("content-type", "application/cloudevents-batch+json");
      }
      case "binary" -> HttpMessageFactory.createWriter(request::header, body::add).writeBinary(events.get(0));
      default ->
          HttpMessageFactory.createWriter(request::header, body::add)
              .writeStructured(events.get(0), JsonFormat.CONTENT_TYPE);
    }
    byte[] bytes = body.isEmpty() || body.get(0) == null ? new byte[0] : body.get(0);
    return request.POST(HttpRequest.BodyPublishers.ofByteArray(bytes)).build();
  }

  private static CloudEvent cloudEvent(JsonNode from) throws IOException {
    CloudEventBuilder builder =
        CloudEventBuilder.v1()
            .withId(from.get("id").asText())
            .withSource(URI.create(from.get("source").asText()))
            .withType(from.get("type").asText())
            .withSubject(from.get("subject").asText())
            .withTime(OffsetDateTime.parse(from.get("time").asText()));
    if (from.has("dataschema")) builder.withDataSchema(URI.create(from.get("dataschema").asText()));
    for (Map.Entry<String, JsonNode> each : from.path("extensions").properties()) {
      JsonNode value = each.getValue().get("value");
      String name = each.getKey();
      switch (each.getValue().get("type").asText()) {
        case "boolean" -> builder.withExtension(name, value.booleanValue());
        case "integer" -> builder.withExtension(name, value.intValue());
        case "binary" -> builder.withExtension(name, Base64.getDecoder().decode(value.asText()));
        case "uri", "uri-reference" -> builder.withExtension(name, URI.create(value.asText()));
        case "timestamp" -> builder.withExtension(name, OffsetDateTime.parse(value.asText()));
        default -> builder.withExtension(name, value.asText());
      }
    }
    if (from.has("datacontenttype")) {
      byte[] data =
          from.has("base64")
              ? Base64.getDecoder().decode(from.get("base64").asText())
              : from.has("text")
                  ? from.get("text").asText().getBytes(StandardCharsets.UTF_8)
                  : JSON.writeValueAsBytes(from.get("json"));
      builder.withData(from.get("datacontenttype").asText(), data);
    }
    return builder.build();
  }

  private static void receive() throws IOException {
    HttpServer server = HttpServer.create(new InetSocketAddress("127.0.0.1", 0), 0);
    server.setExecutor(Executors.newFixedThreadPool(8));
    server.createContext("/", Client::answer);
    server.start();
    tell(JSON.createObjectNode().put("port", server.getAddress().getPort()));
  }

  private static void answer(HttpExchange exchange) throws IOException {
    byte[] body = exchange.getRequestBody().readAllBytes();
    ObjectNode line = JSON.createObjectNode().put("path", exchange.getRequestURI().getPath());
    try {
      read(HttpMessageFactory.createReaderFromMultimap(exchange.getRequestHeaders(), body).toEvent(), line);
    } catch (Exception error) {
      // Reported to the matrix.
      line.put("error", error.toString());
      line.put("seen", exchange.getRequestHeaders().entrySet() + new String(body, StandardCharsets.UTF_8));
    }
    tell(line);
    exchange.sendResponseHeaders(204, -1);
    exchange.close();
  }

  private static void read(CloudEvent event, ObjectNode line) {
    ObjectNode attributes = line.putObject("attributes");
    for (String name : event.getAttributeNames()) put(attributes, name, event.getAttribute(name));
    for (String name : event.getExtensionNames()) put(attributes, name, event.getExtension(name));
    if (event.getData() == null || event.getData().toBytes().length == 0) return;
    line.put("data", Base64.getEncoder().encodeToString(event.getData().toBytes()));
  }

  private static void put(ObjectNode attributes, String name, Object value) {
    if (value instanceof Boolean flag) attributes.put(name, flag);
    else if (value instanceof Integer number) attributes.put(name, number);
    else if (value instanceof byte[] bytes) attributes.put(name, Base64.getEncoder().encodeToString(bytes));
    else if (value != null) attributes.put(name, value.toString());
  }
}
