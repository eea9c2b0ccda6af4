import type { Collector } from '../../../../src/core/alert/collect.js';
import { inMemory } from '../../../../src/core/report/bytes.js';
import { DEFAULT_LIMITS } from '../../../../src/core/report/limits.js';
import { readReports } from '../../../../src/core/report/read.js';
import type { ReportRecord } from '../../../../src/core/report/report.js';
import { createSpool } from '../../../../src/core/intake/spool.js';

/** Reads files into a collector, as received on a day. */
export async function collect(
  collector: Collector,
  files: readonly { readonly bytes: Uint8Array }[],
  receivedDay: string,
): Promise<void> {
  for (const { bytes } of files) {
    let records: ReportRecord[] = [];
    for await (const event of readReports(inMemory(bytes), {
      limits: DEFAULT_LIMITS,
      spool: createSpool(),
    })) {
      if (event.type === 'records') records.push(...event.records);
      else if (event.type === 'discard') records = [];
      else {
        const { document } = event;
        if (document.kind === 'aggregate') collector.add(document.report, records, receivedDay);
        if (document.kind === 'smtp-tls') collector.addTls(document.report);
        if (document.kind === 'unreadable') collector.addUnreadable(receivedDay);
        records = [];
      }
    }
  }
}
