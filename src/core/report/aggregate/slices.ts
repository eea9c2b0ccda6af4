import type * as FastXmlParser from 'fast-xml-parser';
import type { Limits } from '../limits.js';
import { loadCommonJs } from '../loading.js';
import type { ProblemList } from '../problems.js';
import type { ReportBuilder } from './build.js';
import type { Attributes } from './extension.js';
import { FLAT_START, FlatRecords } from './flat.js';
import { resolveReferences, withoutForbidden } from './mend.js';
import { show } from './values.js';

const TEXT = '#text';
const CDATA = '#cdata';
const ATTRIBUTES = ':@';

/** What fast-xml-parser makes of an element: its name as the only key beside that of its attributes. */
type Node = Readonly<Record<string, unknown>>;

/** Reads mended slices of a document, one element each, into the builder. */
export class Slices {
  readonly #builder: ReportBuilder;
  readonly #problems: ProblemList;
  readonly #flat = new FlatRecords();
  readonly #parser: FastXmlParser.XMLParser;

  constructor(builder: ReportBuilder, problems: ProblemList, limits: Limits) {
    this.#builder = builder;
    this.#problems = problems;
    // Only now: few runs meet XML that is not well-formed.
    const { XMLParser } = loadCommonJs('fast-xml-parser') as typeof FastXmlParser;
    this.#parser = new XMLParser({
      preserveOrder: true,
      ignoreAttributes: false,
      attributeNamePrefix: '',
      textNodeName: TEXT,
      cdataPropName: CDATA,
      // 007 is a selector, and 1.10 a version.
      parseTagValue: false,
      trimValues: false,
      processEntities: false,
      jPath: false,
      maxNestedTags: limits.xmlDepth,
    });
  }

  /** One element whose tags match and whose text is mended. */
  read(slice: string): void {
    const isPlain = slice.startsWith(FLAT_START) && this.#flat.load(slice);
    if (isPlain && this.#flat.read(0, this.#builder) >= 0) return;
    const nodes = this.#parse(slice);
    if (nodes === null) {
      const start = show(slice.slice(0, 40));
      this.#problems.add('element-unreadable', `An element that starts with ${start} was left out.`, null);
    } else this.#replay(nodes);
  }

  /** Mended text between the children of the report. */
  readText(text: string): void {
    this.#builder.text(resolveReferences(text));
  }

  /** Attributes as a tag has them, without those that are not written as XML asks. */
  attributesOf(source: string): Attributes | null {
    const { clean } = cleanAttributes(source);
    const [node] = clean === '' ? [] : (this.#parse(`<x ${clean}/>`) ?? []);
    return node === undefined ? null : attributesOf(node);
  }

  #parse(slice: string): readonly Node[] | null {
    try {
      return this.#parser.parse(slice) as readonly Node[];
    } catch {
      // Names that are properties of every JavaScript object are refused.
      return null;
    }
  }

  #replay(nodes: readonly Node[]): void {
    for (const node of nodes) {
      const name = Object.keys(node).find((key) => key !== ATTRIBUTES) ?? '';
      const content = node[name];
      if (name === TEXT) this.#builder.text(resolveReferences(String(content)));
      else if (name === CDATA) {
        for (const part of content as readonly Node[]) this.#builder.text(String(part[TEXT]));
      } else {
        this.#builder.open(name, attributesOf(node));
        this.#replay(content as readonly Node[]);
        this.#builder.close();
      }
    }
  }
}

/** Attributes that are written as XML asks, and whether there was anything else. */
export function cleanAttributes(raw: string): { readonly clean: string; readonly isWhole: boolean } {
  const source = withoutForbidden(raw);
  const attribute = /\s*([^\s=<>"'/]+)\s*=\s*("[^"<]*"|'[^'<]*')/y;
  const names = new Set<string>();
  const found: string[] = [];
  let isWhole = source.length === raw.length;
  let at = 0;
  while (at < source.length) {
    attribute.lastIndex = at;
    const match = attribute.exec(source);
    if (match !== null) {
      at = attribute.lastIndex;
      const [, name = '', value = ''] = match;
      if (names.has(name)) isWhole = false;
      else found.push(`${name}=${value}`);
      names.add(name);
    } else {
      isWhole = false;
      const space = source.slice(at + 1).search(/\s/);
      at = space < 0 ? source.length : at + 1 + space;
    }
  }
  return { clean: found.join(' '), isWhole };
}

function attributesOf(node: Node): Attributes | null {
  const found = node[ATTRIBUTES];
  if (found === undefined) return null;
  const attributes: Record<string, string> = {};
  for (const [name, value] of Object.entries(found as Record<string, unknown>))
    attributes[name] = resolveReferences(String(value).replace(/[\t\n\r]/g, ' '));
  return attributes;
}
