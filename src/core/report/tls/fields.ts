import { countOf, show } from '../aggregate/values.js';
import type { ProblemList } from '../problems.js';
import { cutText, wellFormed } from '../text.js';

export type JsonObject = Readonly<Record<string, unknown>>;

export function isObject(value: unknown): value is JsonObject {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

/** Text, a number or a truth value as text; null for anything else. */
function scalar(value: unknown): string | null {
  return typeof value === 'string' || typeof value === 'number' || typeof value === 'boolean'
    ? String(value)
    : null;
}

/** The fields of one JSON object, each read as the type it should have; what it is instead becomes a problem. */
export class Fields {
  readonly #object: JsonObject;
  readonly #where: string;
  readonly #problems: ProblemList;
  readonly #textLength: number;

  constructor(object: JsonObject, where: string, problems: ProblemList, textLength: number) {
    this.#object = object;
    this.#where = where;
    this.#problems = problems;
    this.#textLength = textLength;
  }

  /** Names something odd about a field. */
  note(key: string, code: string, message: string): void {
    this.#problems.add(code, message, `${this.#where} ${key}`.trim());
  }

  /** The fields of an object in this one. */
  inside(object: JsonObject, where: string): Fields {
    return new Fields(object, `${this.#where} ${where}`.trim(), this.#problems, this.#textLength);
  }

  /** An object under `key`, without fields where there is none. */
  object(key: string): Fields {
    const value = this.#own(key);
    if (!isObject(value) && value !== null) this.#wrongType(key, 'an object');
    return this.inside(isObject(value) ? value : {}, key);
  }

  /** Text without white space around it; null where there is none. Numbers are taken as they are written. */
  text(key: string): string | null {
    const value = this.#own(key);
    if (value === null) return null;
    const text = scalar(value);
    if (text !== null) return this.#bounded(key, text);
    this.#wrongType(key, 'text');
    return null;
  }

  /** A list of texts; a single text stands for a list of one, as in the example of RFC 8460 for mx-host. */
  texts(key: string): string[] {
    return this.list(key).flatMap((item) => {
      const text = scalar(item);
      return text === null ? [] : (this.#bounded(key, text) ?? []);
    });
  }

  /** The objects in a list; anything else in it is left out. */
  objects(key: string): JsonObject[] {
    return this.list(key).filter((item) => isObject(item));
  }

  list(key: string): readonly unknown[] {
    const value = this.#own(key);
    if (value === null) return [];
    return Array.isArray(value) ? (value as unknown[]) : [value];
  }

  /** A whole number from 0 to 2^53 − 1; anything else is repaired as counts of aggregate reports are. */
  count(key: string): number {
    const value = this.#own(key);
    if (typeof value === 'number' && Number.isSafeInteger(value) && value >= 0) return value;
    const note = (code: string, message: string): void => this.note(key, code, message);
    if (value === null) {
      if (Object.hasOwn(this.#object, key))
        note('count-missing', 'The number of sessions is empty; counted as 0.');
      return 0;
    }
    const text = scalar(value);
    if (text !== null) return countOf(text, note);
    this.#wrongType(key, 'a number');
    return 0;
  }

  #own(key: string): unknown {
    return Object.hasOwn(this.#object, key) ? (this.#object[key] ?? null) : null;
  }

  #bounded(key: string, value: string): string | null {
    // Control characters have no place in names and addresses and can drive terminals.
    const text = wellFormed(value.replace(/\p{Cc}+/gu, ' ')).trim();
    if (text.length <= this.#textLength) return text === '' ? null : text;
    this.note(key, 'text-cut', `${show(text)} is longer than ${this.#textLength} characters; cut.`);
    return cutText(text, this.#textLength);
  }

  #wrongType(key: string, expected: string): void {
    this.note(key, 'json-type', `The value is not ${expected}, as it must be; left out.`);
  }
}
