import type { Context } from '../../../../src/core/operations/operation.js';
import { CONTAINER_NAMES } from '../../../../src/core/sample/containers.js';
import { generate } from '../../../../src/core/sample/generate.js';
import { parseScenario } from '../../../../src/core/sample/scenario.js';
import type { Truth } from '../../../../src/core/sample/truth.js';
import { attachment, mail, plainMail } from '../../../support/containers.js';

/** Reports of some days in every container, each as the mail that brings it, and what a right store shows. */
export function reportMails(days: number): { readonly mails: Uint8Array[]; readonly truth: Truth } {
  const scenario = {
    name: 'mailbox',
    start: '2026-02-10',
    days,
    domains: { 'example.com': { p: 'reject' }, 'example.org': { p: 'none' } },
    senders: ['example.com', 'example.org'].map((domain) => ({
      name: domain,
      kind: 'own',
      domain,
      addresses: '192.0.2.0/28',
      perDay: 2_000,
      failures: { dkim: 0.1, spf: 0.1 },
    })),
    reporters: CONTAINER_NAMES.map((container) => ({
      name: container,
      domain: `${container}.example`,
      share: 0.05,
      container,
    })),
  };
  const generation = generate(parseScenario(JSON.stringify(scenario)), { seed: 5 });
  const mails = [...generation.files].map(({ name, bytes }) => asMail(name, bytes));
  return { mails, truth: generation.truth() };
}

function asMail(name: string, bytes: Uint8Array): Uint8Array {
  if (name.endsWith('.eml')) return bytes;
  const file = name.split('/').at(-1) ?? name;
  const header = [`Message-ID: <${file.replace(/[^\w.-]/g, '.')}@reporter.example>`];
  return mail([{ body: 'A report.' }, attachment(file, 'application/octet-stream', bytes)], { header });
}

/** Mail that has nothing to do with reports. */
export function otherMails(count: number): Uint8Array[] {
  return Array.from({ length: count }, (_, index) =>
    plainMail(
      [`Message-ID: <other-${index}@example.net>`],
      `\r\nDear all, lunch number ${index} is at noon.\r\n`,
    ),
  );
}

/** A mail of pictures alone, of about these bytes. */
export function pictureMail(bytes: number): Uint8Array {
  return mail([attachment('party.png', 'image/png', Buffer.alloc((bytes * 3) / 4, 7))]);
}

/** Reports, and figures by domain and day, as the store holds them. */
export async function stored(context: Context): Promise<unknown> {
  return context.db.within(context.tenant, async (session) => ({
    reports: Number(
      (await session.rows<{ count: number }>('SELECT count(*) AS count FROM aggregate_report'))[0]?.count,
    ),
    figures: await session.rows(
      `SELECT d.name AS domain, s.day, SUM(messages) AS messages, SUM(dmarc_pass) AS "dmarcPass", SUM(rejected) AS rejected
       FROM rollup_source s JOIN domain d ON d.id = s.domain_id GROUP BY 1, 2 ORDER BY 1, 2`,
    ),
  }));
}

/** What `stored` gives when nothing was lost and nothing counted twice. */
export function expected(truth: Truth): unknown {
  return {
    reports: truth.reports,
    figures: Object.entries(truth.domains)
      .flatMap(([domain, days]) => Object.entries(days).map(([day, figures]) => ({ domain, day, figures })))
      .filter(({ figures }) => figures.messages > 0)
      .map(({ domain, day, figures: { messages, dmarcPass, disposition } }) => ({
        domain,
        day,
        messages,
        dmarcPass,
        rejected: disposition.reject ?? 0,
      }))
      .toSorted((a, b) => (a.domain + a.day < b.domain + b.day ? -1 : 1)),
  };
}
