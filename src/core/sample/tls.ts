import { isoSeconds, type Calendar } from './calendar.js';
import { pack, type PackedFile } from './containers.js';
import { randomFor } from './random.js';
import type { ReporterPlan, TlsPlan } from './scenario-schema.js';

/** What goes wrong by policy type (RFC 8460 §4.3). */
const FAILURE: Readonly<Record<TlsPlan['policy'], string>> = {
  sts: 'certificate-host-mismatch',
  tlsa: 'validation-failure',
  'no-policy-found': 'starttls-not-supported',
};

function policyString(plan: TlsPlan): string[] {
  if (plan.policy === 'sts') return ['version: STSv1', 'mode: testing', `mx: ${plan.mx}`, 'max_age: 604800'];
  return plan.policy === 'tlsa' ? [`3 1 1 ${'ab'.repeat(32)}`] : [];
}

function document(
  plan: TlsPlan,
  reporter: ReporterPlan,
  range: readonly [string, string],
  sessions: readonly [number, number],
  id: string,
) {
  const [successful, failed] = sessions;
  return {
    'organization-name': reporter.name ?? reporter.domain,
    'date-range': { 'start-datetime': range[0], 'end-datetime': range[1] },
    'contact-info': `smtp-tls@${reporter.domain}`,
    'report-id': id,
    policies: [
      {
        policy: {
          'policy-type': plan.policy,
          'policy-string': policyString(plan),
          'policy-domain': plan.domain,
          'mx-host': [plan.mx],
        },
        summary: { 'total-successful-session-count': successful, 'total-failure-session-count': failed },
        ...(failed === 0
          ? {}
          : {
              'failure-details': [
                {
                  'result-type': FAILURE[plan.policy],
                  'sending-mta-ip': '203.0.113.25',
                  'receiving-mx-hostname': plan.mx,
                  'receiving-ip': '192.0.2.25',
                  'failed-session-count': failed,
                },
              ],
            }),
      },
    ],
  };
}

/** One day's SMTP TLS report (RFC 8460 §5.1 for its name), or null when there was no session. */
export function tlsReport(
  plan: TlsPlan,
  reporter: ReporterPlan,
  day: number,
  days: Calendar,
  seed: string,
  /** Part of the sessions that fails, where it is more than the plan says. */
  failing = 0,
): { readonly file: PackedFile; readonly successful: number; readonly failed: number } | null {
  const random = randomFor(seed, 'tls', plan.reporter, plan.domain, day);
  const sessions = random.round(plan.perDay * Math.max(0, 1 + 0.1 * random.normal()));
  if (sessions === 0) return null;
  const failed = Math.min(sessions, random.round(sessions * Math.max(plan.failures, failing)));
  const begin = days.midnight(day);
  const end = days.midnight(day + 1) - 1000;
  const id = `${days.date(day)}T00:00:00Z_${plan.domain}_${random.hex(8)}`;
  const range = [isoSeconds(begin), isoSeconds(end)] as const;
  const json = JSON.stringify(document(plan, reporter, range, [sessions - failed, failed], id));
  const [file] = pack('gzip', [
    {
      stem: [reporter.domain, plan.domain, begin / 1000, end / 1000, 'tls'].join('!'),
      extension: 'json',
      bytes: Buffer.from(json, 'utf8'),
      letter: { from: '', to: '', subject: '', date: isoSeconds(end), messageId: id },
    },
  ]);
  return file ? { file, successful: sessions - failed, failed } : null;
}
