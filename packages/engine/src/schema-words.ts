/** What a JSON Schema validator found, in words for a person. A keyword without words of ours keeps the validator's sentence. */
const types: Readonly<Record<string, string>> = {
  null: "empty", string: "text", number: "a number", integer: "a whole number", boolean: "true or false", array: "a list", object: "an object",
};
const formats: Readonly<Record<string, string>> = {
  date: "a date (2026-11-30)", time: "a time", "date-time": "a date and time (2026-11-30T09:00:00Z)", email: "an e-mail address", uri: "an address (URI)", uuid: "a UUID", ipv4: "an IPv4 address", ipv6: "an IPv6 address",
};

export const schemaWords = (keyword: string, sentence: string): string => {
  const quoted = [...sentence.matchAll(/"((?:[^"\\]|\\.)*)"/g)].map((match) => match[1] as string);
  switch (keyword) {
    case "type": {
      const [actual, ...expected] = quoted;
      return `must be ${expected.map((type) => types[type] ?? type).join(" or ")}, but is ${types[actual ?? ""] ?? actual}.`;
    }
    case "const": return sentence.replace(/^Instance does not match /, "must be ");
    case "enum": return sentence.replace(/^Instance does not match any of /, "must be one of ");
    case "required": return `the field "${quoted[0] ?? ""}" is missing.`;
    case "pattern": return "does not have the form that the schema asks for.";
    case "format": return `is not ${formats[quoted[0] ?? ""] ?? `of the format ${quoted[0] ?? ""}`}.`;
    case "minimum": return sentence.replace("is less than", "is below");
    case "exclusiveMinimum": return sentence.replace("is less than", "is not above");
    case "maximum": return sentence.replace("is greater than", "is above");
    case "exclusiveMaximum": return sentence.replace("is greater than or equal to", "is not below");
    case "minLength": return sentence.startsWith("String is too short (0 ") ? "is empty." : sentence.replace("String is", "is");
    case "maxLength": return sentence.replace("String is", "is");
    case "additionalProperties": case "unevaluatedProperties": return `the field "${quoted[0] ?? ""}" does not belong here.`;
    case "uniqueItems": return sentence.replace("Duplicate items at indexes", "has the same item twice, at places");
    default: return sentence;
  }
};
