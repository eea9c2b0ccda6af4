import type { FailureReport } from '../report.js';
import { FAILURE_FIELDS } from './read.js';
import { redactFailure } from './redact.js';
import { ORIGINAL_FIELD, REDACTED_FIELD } from './stored.js';

/** Cannot stand alone on a line of what is written below: every line of it is a field. */
const BOUNDARY = 'dmarc-ops-redacted-report';

/**
 * A failure report, redacted, as a small mail of its own (RFC 5965 §2): reading it gives an equal redacted report.
 * It takes the place of the raw form, which holds people's mail. `sha256`, that of the document that the report was read
 * from, is given again by every reading of the mail.
 */
export function redactedMail(report: FailureReport, sha256: string): string {
  const redacted = report.redacted ? report : redactFailure(report);
  const lines = [
    'MIME-Version: 1.0',
    `Content-Type: multipart/report; report-type=feedback-report; boundary="${BOUNDARY}"`,
    '',
    `--${BOUNDARY}`,
    'Content-Type: text/plain; charset=utf-8',
    '',
    'A failure report whose personal parts were replaced.',
    `--${BOUNDARY}`,
    'Content-Type: message/feedback-report',
    'Content-Transfer-Encoding: 8bit',
    '',
    // In front: of a report with very many fields the last ones are not read.
    `${REDACTED_FIELD}: yes`,
    `${ORIGINAL_FIELD}: ${sha256}`,
    ...FAILURE_FIELDS.flatMap((name) => valuesOf(redacted, name).map((value) => `${name}: ${value}`)),
    ...redacted.otherFields.map(({ name, value }) => `${name}: ${value}`),
  ];
  // An empty part would be a message without header; no part is a report without message.
  if (redacted.headers.length > 0)
    lines.push(
      `--${BOUNDARY}`,
      'Content-Type: text/rfc822-headers; charset=utf-8',
      'Content-Transfer-Encoding: 8bit',
      '',
      ...redacted.headers.map(({ name, value }) => `${name}: ${value}`),
    );
  return [...lines, `--${BOUNDARY}--`, ''].join('\r\n');
}

function valuesOf(report: FailureReport, name: (typeof FAILURE_FIELDS)[number]): readonly string[] {
  const values = fieldsOf(report)[name];
  if (values === null) return [];
  return typeof values === 'string' ? [values] : values;
}

function fieldsOf(
  report: FailureReport,
): Readonly<Record<(typeof FAILURE_FIELDS)[number], string | readonly string[] | null>> {
  return {
    'Feedback-Type': report.feedbackType,
    'User-Agent': report.userAgent,
    Version: report.version,
    'Auth-Failure': report.authFailure,
    'Delivery-Result': report.deliveryResult,
    'Identity-Alignment': report.identityAlignment,
    'Arrival-Date': report.arrivalDate === null ? null : new Date(report.arrivalDate).toUTCString(),
    'Source-IP': report.sourceIp,
    'Source-Port': report.sourcePort === null ? null : String(report.sourcePort),
    'Reporting-MTA': report.reportingMta === null ? null : `dns; ${report.reportingMta}`,
    'Reported-Domain': report.reportedDomain,
    'Reported-URI': report.reportedUri,
    'Original-Envelope-Id': report.originalEnvelopeId,
    'Original-Mail-From': report.originalMailFrom,
    'Original-Rcpt-To': report.originalRcptTo,
    'Authentication-Results': report.authenticationResults,
    'DKIM-Domain': report.dkimDomain,
    'DKIM-Identity': report.dkimIdentity,
    'DKIM-Selector': report.dkimSelector,
    'DKIM-Selector-DNS': report.dkimSelectorDns,
    'DKIM-ADSP-DNS': report.dkimAdspDns,
    'DKIM-Canonicalized-Header': report.dkimCanonicalizedHeader,
    'DKIM-Canonicalized-Body': report.dkimCanonicalizedBody,
    'SPF-DNS': report.spfDns?.split('\n') ?? null,
    Incidents: report.incidents === 1 ? null : String(report.incidents),
  };
}
