import type { Totals } from '../report/report.js';
import { formatFour } from './addresses.js';
import { gzip } from './containers.js';
import { randomFor, type Random } from './random.js';
import { zip } from './zip.js';

export interface BulkOptions {
  readonly records: number;
  readonly seed: string | number;
  readonly domain?: string;
  /** Name and domain of the reporter. */
  readonly reporter?: string;
  /** Seconds since 1970; by default the day 2026-06-01. */
  readonly begin?: number;
  readonly end?: number;
  /** Different addresses, by default one for every record; they start with the address number `firstSource`. */
  readonly sources?: number;
  readonly firstSource?: number;
}

/** Bytes of one chunk, at least, but for the last one. */
const CHUNK = 65_536;
const FIRST_BEGIN = Date.UTC(2026, 5, 1) / 1000;
const DAY_SECONDS = 86_400;
/** 198.18.0.0/15, set aside for benchmarks (RFC 2544, RFC 6890). */
const BENCHMARK_NET = 0xc6120000;
const BENCHMARK_SIZE = 0x20000;
/** Non-zero values of a group of an IPv6 address: without zero groups the plain text is the canonical one. */
const GROUP = 0xffff;
/** Steps between the addresses of neighbouring records, so that they come in no order; a prime. */
const STRIDE = 7_919;

/** The address with a number from 0 on, canonical: 131,072 for IPv4, then IPv6 of 2001:db8::/32 (RFC 3849). */
export function sourceAddress(index: number): string {
  if (index < BENCHMARK_SIZE) return formatFour(BENCHMARK_NET + index);
  const rest = index - BENCHMARK_SIZE;
  const high = (Math.floor(rest / GROUP) % GROUP) + 1;
  return `2001:db8:${high.toString(16)}:1:1:1:1:${((rest % GROUP) + 1).toString(16)}`;
}

interface Variant {
  readonly dkim: 'pass' | 'fail';
  readonly spf: 'pass' | 'fail';
  readonly afterCount: string;
  readonly afterSelector: string;
}

/** What follows the count and the selector of a record: everything in it but these and the address is fixed. */
function variant(domain: string, dkim: 'pass' | 'fail', spf: 'pass' | 'fail', disposition: string): Variant {
  return {
    dkim,
    spf,
    afterCount: `</count>
      <policy_evaluated>
        <disposition>${disposition}</disposition>
        <dkim>${dkim}</dkim>
        <spf>${spf}</spf>
      </policy_evaluated>
    </row>
    <identifiers>
      <header_from>${domain}</header_from>
    </identifiers>
    <auth_results>
      <dkim>
        <domain>${domain}</domain>
        <selector>s`,
    afterSelector: `</selector>
        <result>${dkim}</result>
      </dkim>
      <spf>
        <domain>bounce.${domain}</domain>
        <result>${spf}</result>
      </spf>
    </auth_results>
  </record>
`,
  };
}

/** Most mail passes both; the rest fails in each way there is. */
function variants(domain: string): readonly Variant[] {
  const both = variant(domain, 'pass', 'pass', 'none');
  return [
    both,
    both,
    both,
    both,
    variant(domain, 'pass', 'fail', 'none'),
    variant(domain, 'fail', 'pass', 'none'),
    variant(domain, 'fail', 'fail', 'quarantine'),
    variant(domain, 'fail', 'fail', 'reject'),
  ];
}

function head(reporter: string, domain: string, id: string, begin: number, end: number): string {
  return `<?xml version="1.0" encoding="UTF-8" ?>
<feedback>
  <report_metadata>
    <org_name>${reporter}</org_name>
    <email>noreply-dmarc@${reporter}</email>
    <report_id>${id}</report_id>
    <date_range>
      <begin>${begin}</begin>
      <end>${end}</end>
    </date_range>
  </report_metadata>
  <policy_published>
    <domain>${domain}</domain>
    <adkim>r</adkim>
    <aspf>r</aspf>
    <p>quarantine</p>
    <sp>quarantine</sp>
    <pct>100</pct>
  </policy_published>
`;
}

type Sums = { -readonly [Key in keyof Totals]: Totals[Key] };

const noSums = (): Sums => ({ records: 0, messages: 0, dmarcPass: 0, dkimAligned: 0, spfAligned: 0 });

/**
 * Messages of a source's row, in the shape of 12,271 rows of real reports: three of four say 1, one of ten more than 3,
 * one of a hundred more than 96, the largest about 3,000. A power law beyond the quarter that sends more than one.
 */
const SHARE_ABOVE_ONE = 0.25;
const POWER = 1 / 0.7;
const MOST_MESSAGES = 3_000;
/** Of real sources, 3 of 100 pass on some rows and fail on others. */
const SHARE_MIXED = 0.03;

/** What a source is like from day to day: few send nearly everything, most pass always or never. */
function habit(address: number): { readonly usual: number; readonly kind: number; readonly mixed: boolean } {
  const rank = hashed(address, 1);
  const usual =
    rank >= SHARE_ABOVE_ONE ? 1 : Math.min(MOST_MESSAGES, Math.floor((rank / SHARE_ABOVE_ONE) ** -POWER));
  return { usual, kind: hashed(address, 2), mixed: hashed(address, 3) < SHARE_MIXED };
}

/** A number from 0 to 1 that a number and a salt always give (the finish of MurmurHash3). */
function hashed(value: number, salt: number): number {
  let mixed = Math.imul(value ^ (salt * 0x9e3779b9), 0x85ebca6b);
  mixed = Math.imul(mixed ^ (mixed >>> 13), 0xc2b2ae35);
  return ((mixed ^ (mixed >>> 16)) >>> 0) / 2 ** 32;
}

function record(
  address: number,
  round: number,
  kinds: readonly Variant[],
  random: Random,
  sums: Sums,
): string {
  const { usual, kind: always, mixed } = habit(address);
  const kind = kinds[Math.floor((mixed ? random.next() : always) * kinds.length)] as Variant;
  // Half to one and a half times the usual; who sends one message sends one.
  const count = Math.max(1, Math.round(usual * (0.5 + random.next())));
  sums.records += 1;
  sums.messages += count;
  if (kind.dkim === 'pass') sums.dkimAligned += count;
  if (kind.spf === 'pass') sums.spfAligned += count;
  if (kind.dkim === 'pass' || kind.spf === 'pass') sums.dmarcPass += count;
  return `  <record>
    <row>
      <source_ip>${sourceAddress(address)}</source_ip>
      <count>${count}${kind.afterCount}${round}${kind.afterSelector}`;
}

/**
 * One large report as XML in chunks, about 600 bytes a record, every row different from every other. Made for
 * benchmarks: nothing of it is kept. The generator's return value are the figures that a reader must find.
 */
export function* bulkReport(options: BulkOptions): Generator<Buffer, Totals, void> {
  const {
    records,
    seed,
    domain = 'example.com',
    reporter = 'bigmail.example',
    begin = FIRST_BEGIN,
  } = options;
  const { end = begin + DAY_SECONDS - 1, sources = Math.max(1, records), firstSource = 0 } = options;
  const random = randomFor(seed, 'bulk', domain, reporter, begin);
  const kinds = variants(domain);
  const stride = sources % STRIDE === 0 ? 1 : STRIDE;
  const sums = noSums();
  let text = head(reporter, domain, `${begin}${random.below(1e9)}`, begin, end);
  for (let index = 0; index < records; index += 1) {
    const address = firstSource + ((index * stride) % sources);
    text += record(address, Math.floor(index / sources), kinds, random, sums);
    if (text.length < CHUNK) continue;
    yield Buffer.from(text, 'latin1');
    text = '';
  }
  yield Buffer.from(`${text}</feedback>\n`, 'latin1');
  return sums;
}

export interface SmallReportsOptions {
  readonly count: number;
  readonly seed: string | number;
  /** By default 20 domains, of which the first get more reports than the last. */
  readonly domains?: readonly string[];
  /** Seconds since 1970 at the first midnight, and over how many days the reports go. */
  readonly begin?: number;
  readonly days?: number;
}

const MOST_SMALL_RECORDS = 20;
/** Addresses of all small reports together. */
const SMALL_SOURCES = 5_000;
/** A fast deflate: benches are about reading. */
const LEVEL = 1;
const REPORTERS = ['bigmail', 'outpost', 'yonder', 'amble', 'cablenet', 'kurier', 'fastlane', 'poczta'];

/**
 * Small reports as reporters send them: 1 to 20 records, plain, gzip or zip, each of another reporter, domain
 * and day. The generator's return value are the figures of all of them together.
 */
export function* smallReports(
  options: SmallReportsOptions,
): Generator<{ readonly name: string; readonly bytes: Buffer }, Totals, void> {
  const { count, seed, begin = FIRST_BEGIN, days = 30 } = options;
  const domains = options.domains ?? Array.from({ length: 20 }, (_, index) => `d${index + 1}.example.com`);
  const kindsOf = new Map(domains.map((domain) => [domain, variants(domain)]));
  const random = randomFor(seed, 'small');
  const sums = noSums();
  for (let index = 0; index < count; index += 1) {
    const domain = domains[Math.floor(domains.length * random.next() ** 2)] ?? 'example.com';
    const reporter = `${REPORTERS[random.below(REPORTERS.length)] ?? 'bigmail'}.example`;
    const start = begin + random.below(days) * DAY_SECONDS;
    const end = start + DAY_SECONDS - 1;
    const records = 1 + Math.floor(MOST_SMALL_RECORDS * random.next() ** 2);
    const first = random.below(SMALL_SOURCES);
    let text = head(reporter, domain, `${start}${index}`, start, end);
    for (let row = 0; row < records; row += 1)
      text += record((first + row) % SMALL_SOURCES, 1, kindsOf.get(domain) ?? [], random, sums);
    const stem = `${reporter}!${domain}!${start}!${end}!${index}`;
    yield packed(stem, Buffer.from(`${text}</feedback>\n`, 'latin1'), random.below(4));
  }
  return sums;
}

function packed(
  stem: string,
  xml: Buffer,
  choice: number,
): { readonly name: string; readonly bytes: Buffer } {
  if (choice === 0) return { name: `${stem}.xml`, bytes: xml };
  if (choice === 1) return { name: `${stem}.zip`, bytes: zip([{ name: `${stem}.xml`, bytes: xml }], LEVEL) };
  return { name: `${stem}.xml.gz`, bytes: gzip(xml, LEVEL) };
}
