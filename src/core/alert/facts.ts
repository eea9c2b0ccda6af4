/**
 * What rules look at: figures of one domain over a window of UTC days, oldest first. Counts are messages. Nothing after
 * the day that is asked about may be used by a rule, so that the past can be judged as it was.
 */
export interface DomainFacts {
  /** null for what is about the tenant as a whole. */
  readonly domain: string | null;
  /** First and last day of the window: the last is the day that is judged. */
  readonly from: string;
  readonly to: string;
  /** The first day ever that reports tell of; null where none does. */
  readonly firstDay: string | null;
  /** Days with messages. */
  readonly days: readonly DayFact[];
  /** By name. */
  readonly reporters: readonly ReporterFact[];
  /** Days on which any reporter told of any domain of the tenant. */
  readonly tenantDays: readonly string[];
  /** The largest of the recent days, by messages and by failing ones; see RECENT_DAYS and MOST_NETWORKS. */
  readonly networks: readonly NetworkFact[];
  /** Different addresses with failing messages, on each recent day. */
  readonly failingAddresses: readonly { readonly day: string; readonly addresses: number }[];
  /** Networks that people said are theirs, in CIDR notation. */
  readonly known: readonly string[];
  /** What reports of the last POLICY_DAYS say was published, each policy of a reporter once, by the last day. */
  readonly policies: readonly PolicyFact[];
  /** Recent messages that failed and were delivered though the policy asks for more, and no reason is given. */
  readonly violations: readonly ViolationFact[];
  /** Names under the domain that were first seen in the recent days. */
  readonly names: readonly NameFact[];
  /** SMTP TLS reports. */
  readonly tls: readonly TlsFact[];
  /** Reports that came again with other content, by the day that they came on. */
  readonly conflicts: readonly {
    readonly day: string;
    readonly reporter: string;
    readonly reports: number;
  }[];
  /** Documents that could not be read, by the day that they came on. Of the tenant alone. */
  readonly unreadable: readonly { readonly day: string; readonly documents: number }[];
}

/** Days before the one that is judged for which days and reporters are known: eight weeks and the recent days. */
export const WINDOW_DAYS = 63;
/** Days, with the one that is judged, on which networks are told apart by day. */
export const RECENT_DAYS = 7;
/** Days before the recent ones that say how a network usually was. */
export const BEFORE_DAYS = 28;
/** A network is known when it sent within so many days before the recent ones. */
export const MEMORY_DAYS = 90;
/** Days whose reports say what policy was seen. */
export const POLICY_DAYS = 28;
/** Networks of each kind, largest and most failing, that are looked at. */
export const MOST_NETWORKS = 20;
/** A network with fewer recent messages is not looked at. */
export const LEAST_NETWORK_MESSAGES = 5;
/** Reports about a day come for so many days after it. */
export const LATE_DAYS = 2;

export interface DayFact {
  readonly day: string;
  readonly messages: number;
  /** Passed DMARC. */
  readonly passed: number;
}

export interface ReporterFact {
  readonly reporter: string;
  /** The most days that one of its recent reports covers, at least 1. */
  readonly span: number;
  readonly days: readonly { readonly day: string; readonly messages: number }[];
  /** The last day that it told of any domain of the tenant, within the window; null for none. */
  readonly lastAnywhere: string | null;
}

/** Messages of a network, and those of them that passed DMARC, and were aligned by DKIM and by SPF. */
export interface Passing {
  readonly messages: number;
  readonly passed: number;
  readonly dkim: number;
  readonly spf: number;
}

export interface NetworkDay extends Passing {
  readonly day: string;
  /** Its addresses with failing messages. */
  readonly failing: number;
}

export interface NetworkFact {
  /** In CIDR notation. */
  readonly network: string;
  /** Recent days with messages. */
  readonly days: readonly NetworkDay[];
  /** The BEFORE_DAYS before the recent ones, and on how many of them it sent. */
  readonly before: Passing & { readonly days: number };
  /** Whether it sent in the MEMORY_DAYS before the recent ones. */
  readonly seenBefore: boolean;
}

/** A policy as one reporter saw it; the fields are those of the record, as reports have them. */
export interface PolicyFact {
  readonly reporter: string;
  /** First and last day that it was seen on. */
  readonly firstDay: string;
  readonly day: string;
  readonly p: string | null;
  readonly sp: string | null;
  readonly np: string | null;
  readonly pct: number | null;
  readonly testing: string | null;
}

export interface ViolationFact {
  readonly day: string;
  readonly reporter: string;
  /** What the policy asks for: `quarantine` or `reject`. */
  readonly asked: string;
  readonly messages: number;
}

export interface NameFact {
  readonly name: string;
  readonly firstSeen: string;
  /** Of the recent days. */
  readonly messages: number;
  readonly passed: number;
}

export interface TlsFact {
  readonly day: string;
  /** Sessions. */
  readonly successful: number;
  readonly failed: number;
}
