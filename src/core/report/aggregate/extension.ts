import type { Extension } from '../report.js';
import { cutText } from '../text.js';

/** Attributes of one element by name as written. */
export type Attributes = Readonly<Record<string, string>>;

/** Adds the namespaces that attributes declare, by their prefixes; the one without a prefix under ''. */
export function declarePrefixes(prefixes: Map<string, string>, attributes: Attributes): void {
  for (const [key, value] of Object.entries(attributes)) {
    if (key === 'xmlns') prefixes.set('', value.trim());
    else if (key.startsWith('xmlns:')) prefixes.set(key.slice(6), value.trim());
  }
}

/** Keeps an element that no standard names as XML text, bounded to `limit` characters. */
export class ExtensionText {
  readonly #limit: number;
  #name = '';
  #xml = '';
  #open: string[] = [];
  #inTag = false;
  #cut = false;

  constructor(limit: number) {
    this.#limit = limit;
  }

  /** `prefixes` are namespace prefixes declared further out, which the text then declares itself. */
  start(name: string, attributes: Attributes | null, prefixes: ReadonlyMap<string, string>): void {
    this.#name = attributes?.['name'] ?? name;
    this.#xml = '';
    this.#open = [];
    this.#cut = false;
    const colon = name.indexOf(':');
    const prefix = colon < 0 ? '' : name.slice(0, colon);
    const uri = prefix === '' ? undefined : prefixes.get(prefix);
    const declaration = `xmlns:${prefix}`;
    this.open(
      name,
      uri === undefined || attributes?.[declaration] !== undefined
        ? attributes
        : { [declaration]: uri, ...attributes },
    );
  }

  open(name: string, attributes: Attributes | null): void {
    this.#endTag();
    this.#open.push(name);
    this.#add(`<${name}`);
    for (const [key, value] of Object.entries(attributes ?? {}))
      this.#add(` ${key}="${escapeAttribute(value)}"`);
    this.#inTag = true;
  }

  text(text: string): void {
    this.#endTag();
    this.#add(escapeText(text));
  }

  close(): void {
    const name = this.#open.pop() ?? '';
    this.#add(this.#inTag ? '/>' : `</${name}>`);
    this.#inTag = false;
  }

  /** Whether the element that was started is closed. */
  get complete(): boolean {
    return this.#open.length === 0;
  }

  /** Whether the text was longer than the limit. */
  get cut(): boolean {
    return this.#cut;
  }

  take(): Extension {
    return { name: cutText(this.#name, this.#limit), xml: this.#xml };
  }

  #endTag(): void {
    if (this.#inTag) this.#add('>');
    this.#inTag = false;
  }

  #add(text: string): void {
    const room = this.#limit - this.#xml.length;
    if (text.length > room) this.#cut = true;
    if (room > 0) this.#xml += cutText(text, room);
  }
}

function escapeText(text: string): string {
  return text.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('>', '&gt;');
}

function escapeAttribute(text: string): string {
  return text.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('"', '&quot;');
}
