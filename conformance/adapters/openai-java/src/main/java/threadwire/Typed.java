package threadwire;

import com.fasterxml.jackson.annotation.JsonProperty;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import com.openai.core.JsonField;
import com.openai.core.JsonValue;
import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.Method;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * Values of the SDK as JSON, read as its user reads them: field by field, by what each says of itself.
 *
 * <p>A field is known, missing, null, or a raw value that is not of its type; the typed getter of the
 * last throws, and so does this. What the SDK has no type for it keeps as raw JSON, and that is taken:
 * additional properties of an object, unknown variants of a union, unknown values of an enum.
 */
final class Typed {
    private static final ObjectMapper JSON = new ObjectMapper();

    /** The typed getter of a field would throw. */
    static final class NotOfItsType extends Exception {
        final String path;

        NotOfItsType(String path) {
            super(path);
            this.path = path;
        }

        NotOfItsType under(String outer) {
            return new NotOfItsType(outer + path);
        }
    }

    private Typed() {}

    static JsonNode json(Object value) throws NotOfItsType {
        if (value instanceof JsonValue) {
            return node((JsonValue) value);
        } else if (value instanceof List<?>) {
            ArrayNode items = JSON.createArrayNode();
            for (Object item : (List<?>) value) {
                try {
                    items.add(json(item));
                } catch (NotOfItsType error) {
                    throw error.under("[" + items.size() + "]");
                }
            }
            return items;
        } else if (value instanceof com.openai.core.Enum) {
            return field((JsonField<?>) call(value, "_value"));
        } else if (has(value, "_json")) {
            Optional<Object> variant = variant(value);
            return json(variant.orElseGet(() -> ((Optional<?>) call(value, "_json")).get()));
        } else if (has(value, "_additionalProperties")) {
            return object(value);
        }
        return JSON.valueToTree(value); // text, numbers, booleans
    }

    /** The variant that a union holds; empty if the SDK knew none for what came. */
    static Optional<Object> variant(Object union) {
        for (Method method : union.getClass().getMethods()) {
            String name = method.getName();
            boolean asks = name.startsWith("is") && method.getParameterCount() == 0;
            if (asks && !name.equals("isValid") && (boolean) call(union, method)) {
                return Optional.of(call(union, "as" + name.substring(2)));
            }
        }
        return Optional.empty();
    }

    /** Raw JSON that the SDK keeps. */
    static JsonNode node(JsonValue value) {
        return value.isMissing() ? JSON.missingNode() : value.convert(JsonNode.class);
    }

    private static JsonNode field(JsonField<?> field) throws NotOfItsType {
        if (field.isNull()) {
            return JSON.nullNode();
        } else if (field.asKnown().isPresent()) {
            return json(field.asKnown().get());
        }
        throw new NotOfItsType("");
    }

    private static JsonNode object(Object value) throws NotOfItsType {
        ObjectNode members = JSON.createObjectNode();
        for (Method method : value.getClass().getMethods()) {
            JsonProperty property = method.getAnnotation(JsonProperty.class);
            if (property == null || method.getParameterCount() > 0) {
                continue;
            }
            JsonField<?> field = (JsonField<?>) call(value, method);
            if (field.isMissing()) {
                continue;
            }
            // A constant is declared as plain JSON: anything is of its type.
            boolean constant = method.getReturnType() == JsonValue.class;
            try {
                members.set(property.value(), constant ? node((JsonValue) field) : field(field));
            } catch (NotOfItsType error) {
                throw error.under("." + property.value());
            }
        }
        Map<?, ?> additional = (Map<?, ?>) call(value, "_additionalProperties");
        additional.forEach((name, raw) -> members.set((String) name, node((JsonValue) raw)));
        return members;
    }

    private static boolean has(Object value, String name) {
        try {
            value.getClass().getMethod(name);
            return true;
        } catch (NoSuchMethodException error) {
            return false;
        }
    }

    static Object call(Object value, String name) {
        try {
            return call(value, value.getClass().getMethod(name));
        } catch (NoSuchMethodException error) {
            throw new IllegalStateException(error);
        }
    }

    private static Object call(Object value, Method method) {
        try {
            return method.invoke(value);
        } catch (InvocationTargetException error) {
            throw (RuntimeException) error.getCause();
        } catch (IllegalAccessException error) {
            throw new IllegalStateException(error);
        }
    }
}
