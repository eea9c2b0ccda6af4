/** SQL for what a record's row says, as figures count it: rows and rollups have to agree on it. */
export interface ResultColumns {
  /** Whether it was aligned. What a report does not say, or says otherwise than the standards, did not pass. */
  readonly dkim: string;
  readonly spf: string;
  /** One of the standards' words, or `other`. */
  readonly disposition: string;
}

/** The columns of a relation with this alias that has the rows' own dkim, spf and disposition. */
export function resultColumns(alias: string): ResultColumns {
  return {
    dkim: `COALESCE(${alias}.dkim = 'pass', false)`,
    spf: `COALESCE(${alias}.spf = 'pass', false)`,
    disposition: `CASE WHEN ${alias}.disposition IN ('none', 'pass', 'quarantine', 'reject') THEN ${alias}.disposition ELSE 'other' END`,
  };
}
