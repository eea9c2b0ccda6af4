import { isoSeconds, type Calendar } from './calendar.js';
import type { PackedFile } from './containers.js';
import { reportMail, textPart } from './mail.js';
import { randomFor } from './random.js';
import type { FailurePlan } from './scenario-schema.js';
import type { Traffic } from './traffic.js';

function feedback(traffic: Traffic, source: string, arrival: string, reporter: string): string {
  const from = traffic.sender.headerFrom ?? traffic.sender.domain;
  return [
    'Content-Type: message/feedback-report',
    '',
    'Feedback-Type: auth-failure',
    'User-Agent: SampleReporter/1.0',
    'Version: 1',
    `Original-Mail-From: <someone@${traffic.habits.spf.domain}>`,
    `Arrival-Date: ${arrival}`,
    `Source-IP: ${source}`,
    `Reported-Domain: ${from}`,
    'Auth-Failure: dmarc',
    'Delivery-Result: delivered',
    'Identity-Alignment: none',
    `Authentication-Results: ${reporter}; dmarc=fail header.from=${from}; spf=${traffic.habits.spf.result} smtp.mailfrom=${traffic.habits.spf.domain}`,
  ].join('\r\n');
}

function reported(traffic: Traffic, arrival: string, id: string): string {
  const from = traffic.sender.headerFrom ?? traffic.sender.domain;
  return [
    'Content-Type: text/rfc822-headers',
    '',
    `From: "Accounts" <accounts@${from}>`,
    'To: someone@recipient.example',
    'Subject: Your invoice',
    `Date: ${arrival}`,
    `Message-ID: <${id}@${from}>`,
  ].join('\r\n');
}

/** Failure reports of one day about messages of one sender, as mails (RFC 9991, RFC 6591, RFC 5965). */
export function failureReports(
  plan: FailurePlan,
  traffic: Traffic,
  day: number,
  days: Calendar,
  seed: string,
): PackedFile[] {
  const random = randomFor(seed, 'failure', plan.reporter, plan.sender, day);
  if (!traffic.isActive(day)) return [];
  const sources = traffic.sources(day);
  return Array.from({ length: random.round(plan.perDay) }, (_, index) => {
    const id = random.hex(16);
    const when = days.midnight(day) + random.below(86_400) * 1000;
    const arrival = new Date(when).toUTCString().replace('GMT', '+0000');
    const letter = {
      from: `noreply-dmarc@${plan.reporter}`,
      to: `dmarc-failures@${traffic.sender.domain}`,
      subject: `DMARC failure report for ${traffic.sender.domain}`,
      date: isoSeconds(when),
      messageId: `${id}.failure@${plan.reporter}`,
    };
    const source = sources[random.below(sources.length)] ?? '192.0.2.1';
    const parts = [
      textPart('A message that claims to come from your domain failed DMARC.'),
      feedback(traffic, source, arrival, plan.reporter),
      reported(traffic, arrival, id),
    ];
    return {
      name: `${plan.reporter}!${traffic.sender.domain}!failure!${index + 1}!${id}.eml`,
      bytes: reportMail(letter, 'feedback-report', parts),
    };
  });
}
