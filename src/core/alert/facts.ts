/**
 * What rules look at: figures of one domain over a window of UTC days, oldest first. Counts are messages. Nothing after
 * the day that is asked about may be used by a rule, so that the past can be judged as it was.
 */
export interface DomainFacts {
  /** null for what is about the tenant as a whole. */
  readonly domain: string | null;
  /** First and last day of the window. */
  readonly from: string;
  readonly to: string;
}
