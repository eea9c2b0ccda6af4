import { execFileSync } from 'node:child_process';
import { readFileSync, writeFileSync } from 'node:fs';
import path from 'node:path';

/**
 * Makes `cert.pem`, a certificate for localhost that is its own authority, and `key.pem` in a folder; gives the
 * certificate. `openssl ca` alone lets one choose dates in the past.
 */
export function makeCertificate(folder: string, kind: 'valid' | 'expired'): string {
  const file = (name: string): string => path.join(folder, name);
  writeFileSync(
    file('ca.conf'),
    `[ca]\ndefault_ca=own\n[own]\ndatabase=${file('index')}\nserial=${file('serial')}\nnew_certs_dir=${folder}\n` +
      'default_md=sha256\npolicy=any\nx509_extensions=names\n[any]\ncommonName=supplied\n' +
      '[names]\nsubjectAltName=DNS:localhost\nbasicConstraints=critical,CA:true\n',
  );
  writeFileSync(file('index'), '');
  writeFileSync(file('serial'), '01\n');
  const openssl = (...args: string[]): unknown => execFileSync('openssl', args, { stdio: 'pipe' });
  const key = [
    '-newkey',
    'ec',
    '-pkeyopt',
    'ec_paramgen_curve:prime256v1',
    '-nodes',
    '-keyout',
    file('key.pem'),
  ];
  openssl('req', '-new', ...key, '-out', file('request.pem'), '-subj', '/CN=localhost');
  const [from, to] =
    kind === 'valid' ? ['20200101000000Z', '20991231000000Z'] : ['20200101000000Z', '20200201000000Z'];
  const dates = ['-startdate', from, '-enddate', to];
  const files = ['-keyfile', file('key.pem'), '-in', file('request.pem'), '-out', file('cert.pem')];
  openssl('ca', '-batch', '-notext', '-selfsign', '-config', file('ca.conf'), ...files, ...dates);
  return readFileSync(file('cert.pem'), 'utf8');
}
