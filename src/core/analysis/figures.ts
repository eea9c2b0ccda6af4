/** Counts of messages. What was neither quarantined nor rejected was let through. */
export interface Figures {
  readonly messages: number;
  /** Aligned by DKIM or SPF. */
  readonly dmarcPass: number;
  readonly dkimAligned: number;
  readonly spfAligned: number;
  readonly quarantined: number;
  readonly rejected: number;
}

export const NO_FIGURES: Figures = {
  messages: 0,
  dmarcPass: 0,
  dkimAligned: 0,
  spfAligned: 0,
  quarantined: 0,
  rejected: 0,
};

/** The sum of any number of figures. */
export function sumFigures(all: readonly Figures[]): Figures {
  const sum = (pick: (figures: Figures) => number) =>
    all.reduce((total, figures) => total + pick(figures), 0);
  return {
    messages: sum((f) => f.messages),
    dmarcPass: sum((f) => f.dmarcPass),
    dkimAligned: sum((f) => f.dkimAligned),
    spfAligned: sum((f) => f.spfAligned),
    quarantined: sum((f) => f.quarantined),
    rejected: sum((f) => f.rejected),
  };
}

/** Messages of one UTC day. */
export interface DayFigures {
  /** `YYYY-MM-DD`. */
  readonly day: string;
  readonly figures: Figures;
}

/** One entry for every day of a period, in order; days without reports have no figures. */
export function everyDay(found: readonly DayFigures[], days: readonly string[]): DayFigures[] {
  const byDay = new Map(found.map((one) => [one.day, one.figures]));
  return days.map((day) => ({ day, figures: byDay.get(day) ?? NO_FIGURES }));
}
