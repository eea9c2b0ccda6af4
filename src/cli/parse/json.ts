import type { ReportRecord } from '../../core/report/report.js';
import type { Output } from '../output.js';
import { type Format, orderedReport, type PrintedDocument } from './format.js';
import { HeldText } from './held-text.js';

/** What stands around documents: one a line, or one array. */
interface Frame {
  readonly open: string;
  readonly between: string;
  readonly after: string;
  readonly close: string;
}

const LINES: Frame = { open: '', between: '', after: '\n', close: '' };
const ARRAY: Frame = { open: '[\n', between: ',\n', after: '', close: '\n]\n' };

/** One JSON object a line. */
export function ndjsonFormat(output: Output): Format {
  return new JsonFormat(output, LINES);
}

/** One JSON array over all documents. */
export function jsonFormat(output: Output): Format {
  return new JsonFormat(output, ARRAY);
}

/** Documents as JSON objects, whose records were turned into text as they came. */
class JsonFormat implements Format {
  readonly #output: Output;
  readonly #frame: Frame;
  readonly #records = new HeldText();
  #documents = 0;

  constructor(output: Output, frame: Frame) {
    this.#output = output;
    this.#frame = frame;
  }

  begin(): Promise<void> | undefined {
    return this.#output.write(this.#frame.open);
  }

  records(records: readonly ReportRecord[]): Promise<void> | undefined {
    if (records.length === 0) return undefined;
    const separator = this.#records.empty ? '' : ',';
    return this.#records.add(separator + JSON.stringify(records).slice(1, -1));
  }

  discard(): Promise<void> | undefined {
    return this.#records.clear();
  }

  document(file: string, document: PrintedDocument): Promise<void> | undefined {
    const { member, sha256, kind, report, totals, problems, error } = document;
    const before = this.#documents === 0 ? '' : this.#frame.between;
    this.#documents += 1;
    const head = `${before}{"file":${JSON.stringify(file)},"member":${JSON.stringify(member)},"sha256":${JSON.stringify(sha256)},"kind":"${kind}","report":`;
    const tail = `,"totals":${JSON.stringify(totals)},"problems":${JSON.stringify(problems)},"error":${JSON.stringify(error)}}${this.#frame.after}`;
    if (kind !== 'aggregate') return this.#output.write(`${head}${JSON.stringify(report)}${tail}`);

    const text = JSON.stringify(orderedReport(report)).slice(0, -1);
    const opened = `${head}${text},"records":[`;
    const records = this.#records.short;
    if (records === null) return this.#longDocument(opened, `]}${tail}`);
    // Waits for nothing, since nothing is in a file.
    void this.#records.clear();
    return this.#output.write(`${opened}${records}]}${tail}`);
  }

  async #longDocument(opened: string, closed: string): Promise<void> {
    await this.#output.write(opened);
    for await (const chunk of this.#records.chunks()) {
      if (typeof chunk === 'string') await this.#output.write(chunk);
      else await this.#output.writeBytes(chunk);
    }
    await this.#output.write(closed);
    await this.#records.clear();
  }

  end(): Promise<void> | undefined {
    return this.#output.write(this.#frame.close);
  }

  close(): Promise<void> {
    return this.#records.close();
  }
}
