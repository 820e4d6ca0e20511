/** A key for each text of a kind, so that a catalogue of another language can replace it: `kinds.file.read.form.slot.label`. */
import type { FormField, Kind } from "./kind.ts";

export const kindTexts = (kind: Kind): ReadonlyMap<string, string> => {
  const texts = new Map<string, string>();
  const base = `kinds.${kind.id}`;
  texts.set(`${base}.title`, kind.title);
  texts.set(`${base}.description`, kind.description);
  const pending: { path: string; field: FormField }[] = kind.form.map((field) => ({ path: `${base}.form.${field.field}`, field }));
  for (let each = pending.shift(); each !== undefined; each = pending.shift()) {
    const { path, field } = each;
    texts.set(`${path}.label`, field.label);
    if (field.help !== undefined) texts.set(`${path}.help`, field.help);
    if (field.row !== undefined) texts.set(`${path}.row`, field.row.title);
    for (const option of field.options ?? []) {
      texts.set(`${path}.options.${option.value}`, option.label);
      if (option.help !== undefined) texts.set(`${path}.options.${option.value}.help`, option.help);
    }
    for (const column of field.columns ?? []) pending.push({ path: `${path}.${column.field}`, field: column });
  }
  return texts;
};
