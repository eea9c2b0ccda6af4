import type { FailureReport, TlsReport } from '../report/report.js';
import { storableJson } from './documents.js';
import { domainIds, keptName, reporterIds } from './names.js';
import { UNKNOWN_REPORTER, type StoreFacts } from './placed.js';
import type { Session } from './session.js';
import { storable } from './text.js';

/** Stores failure reports of documents that are kept already. */
export async function storeFailures(
  session: Session,
  facts: StoreFacts,
  found: readonly { readonly documentId: number; readonly report: FailureReport }[],
): Promise<void> {
  if (found.length === 0) return;
  const domainOf = ({ report }: { report: FailureReport }) =>
    report.domain === null ? null : keptName(report.domain, '');
  const names = found.map(domainOf).filter((name): name is string => name !== null && name !== '');
  const domains = await domainIds(session, facts.tenant, names, facts.now, facts.claimedBy);
  await session.run(
    `INSERT INTO failure_report (tenant_id, document_id, domain_id, arrived_at, source_ip, auth_failure, report)
     SELECT $1, f.* FROM unnest($2::bigint[], $3::int[], $4::timestamptz[], $5::inet[], $6::text[], $7::jsonb[]) AS f`,
    [
      facts.tenant,
      found.map((one) => one.documentId),
      found.map((one) => domains.get(domainOf(one) ?? '') ?? null),
      found.map((one) => one.report.arrivalDate),
      found.map((one) => one.report.sourceIp),
      found.map((one) => one.report.authFailure && storable(one.report.authFailure)),
      found.map((one) => storableJson(one.report)),
    ],
  );
}

/** Stores SMTP TLS reports of documents that are kept already, one row a policy. */
export async function storeTlsReports(
  session: Session,
  facts: StoreFacts,
  found: readonly { readonly documentId: number; readonly report: TlsReport }[],
): Promise<void> {
  const rows = found.flatMap(({ documentId, report }) =>
    report.policies.map((policy) => ({
      documentId,
      report,
      policy,
      domain: policy.policyDomain === null ? null : keptName(policy.policyDomain.toLowerCase(), ''),
      reporter: keptName(report.organizationName, UNKNOWN_REPORTER),
    })),
  );
  if (rows.length === 0) return;
  const names = rows.map((row) => row.domain).filter((name): name is string => name !== null && name !== '');
  const domains = await domainIds(session, facts.tenant, names, facts.now, facts.claimedBy);
  const reporters = await reporterIds(
    session,
    facts.tenant,
    rows.map((row) => row.reporter),
  );
  await session.run(
    `INSERT INTO tls_result (tenant_id, document_id, domain_id, reporter_id, report_id, begin_at, end_at, contact_info,
       policy_type, successful, failed, policy)
     SELECT $1, t.* FROM unnest($2::bigint[], $3::int[], $4::int[], $5::text[], $6::timestamptz[], $7::timestamptz[], $8::text[],
       $9::text[], $10::bigint[], $11::bigint[], $12::jsonb[]) AS t`,
    [
      facts.tenant,
      rows.map((row) => row.documentId),
      rows.map((row) => domains.get(row.domain ?? '') ?? null),
      rows.map((row) => reporters.get(row.reporter)),
      rows.map((row) => row.report.reportId && storable(row.report.reportId)),
      rows.map((row) => row.report.begin),
      rows.map((row) => row.report.end),
      rows.map((row) => row.report.contactInfo && storable(row.report.contactInfo)),
      rows.map((row) => row.policy.policyType && storable(row.policy.policyType)),
      rows.map((row) => row.policy.successfulSessionCount),
      rows.map((row) => row.policy.failedSessionCount),
      rows.map((row) => storableJson(row.policy)),
    ],
  );
}
