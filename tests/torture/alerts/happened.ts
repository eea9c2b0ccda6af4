/** What the parent of a torture knows: what it asked for, and what it was told of it. */
export interface Happened {
  /** Alerts that tell of each finding that was raised, by rule, domain and key. */
  readonly found: Map<string, readonly number[]>;
  /** What was done for sure; `seen` is the version on the card that was pressed. */
  readonly clicks: {
    readonly alert: number;
    readonly click: string;
    readonly seen: number | null;
    readonly version: number;
  }[];
  /** Which life of which worker was killed, and when by the machine's clock. */
  readonly kills: { readonly life: string; readonly realAt: number }[];
  /** When it was known for sure that a suppression is there, by its id and the machine's clock. */
  readonly suppressed: Map<number, number>;
  /** What befell all, for those who look for a cause. */
  readonly shocks: { readonly what: string; readonly realAt: number }[];
  readonly counts: Record<string, number>;
}
