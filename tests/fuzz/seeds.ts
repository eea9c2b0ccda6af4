import { CONTAINER_NAMES, type ContainerName } from '../../src/core/sample/containers.js';
import { generate } from '../../src/core/sample/generate.js';
import { ODDITY_NAMES } from '../../src/core/sample/oddities.js';
import { parseScenario } from '../../src/core/sample/scenario.js';

/** Oddities of one reporter; all have their turn. */
const ODDITIES_EACH = 2;

/** Well-made files in every container and with every oddity, some of each kind of report: what mutations start from. */
export function seedFiles(): Buffer[] {
  return [...sampleFiles(null), ...sampleFiles('plain'), ...BY_HAND];
}

/** Sample reports; each reporter has its own container where `only` names none. */
function sampleFiles(only: ContainerName | null): Buffer[] {
  const domains = ['example.com', 'example.org'];
  const reporters = CONTAINER_NAMES.map((container, index) => ({
    name: `Reporter ${index}`,
    domain: `reporter${index}.example.net`,
    share: 1 / CONTAINER_NAMES.length,
    standard: (['rfc7489', 'mixed', 'rfc9990'] as const)[index % 3],
    container: only ?? container,
    oddities: Array.from(
      { length: ODDITIES_EACH },
      (_, turn) => ODDITY_NAMES[(index * ODDITIES_EACH + turn) % ODDITY_NAMES.length],
    ),
    envelopeFrom: index % 2 === 0,
  }));
  const senders = domains.flatMap((domain, index) => [
    { name: `own${index}`, kind: 'own', domain, addresses: '192.0.2.0/28', perDay: 400 },
    { name: `spoofer${index}`, kind: 'spoofer', domain, addresses: '2001:db8::/64', perDay: 60 },
  ]);
  const scenario = parseScenario(
    JSON.stringify({
      name: 'fuzz',
      start: '2026-03-01',
      days: 2,
      domains: { 'example.com': { p: 'none' }, 'example.org': { p: 'reject', sp: 'none' } },
      senders,
      reporters,
      tls: reporters.slice(0, 8).map(({ domain }) => ({
        reporter: domain,
        domain: 'example.com',
        perDay: 50,
        failures: 0.2,
        mx: 'mx.example.com',
      })),
      failures: reporters
        .slice(0, 4)
        .map(({ domain }) => ({ reporter: domain, sender: 'spoofer0', perDay: 2 })),
    }),
  );
  return [...generate(scenario, { seed: 1 }).files].map(({ bytes }) => Buffer.from(bytes));
}

/** A small report in the forms that the sample reports have not, in base64. */
const BY_HAND: readonly Buffer[] = [
  // bzip2
  [
    'QlpoOTFBWSZTWbApyTkAAC2fgFAB/qfCAAAAv+/f4DABamrVCVDRomammqaep6mgA9Q2UEpqMkE0AaaNAAAFVTJ6Ik8kemTF',
    'AABk9rrOhDqGjgdkRaVcBLD7mCNHSQs6mIqiwbf4PNUTUCaxaVJSQw3Y4+FZzkWSfJbFO7vEFaqee+nb3jWFM7SRZtWaiZWR',
    'o7dc9OT+KjDzciIfhEXcgRLjDuDQ5cMY1Dk36IPghI6Hy7MVeAs985WysncpWFEIiUpJNi6UtXc6M2rFNNi0czMP7igPNDVA',
    'vmcGzu2wQK2qKZGRcwTn5movRHJVqebZM4QvcGiGybTIzsdTZ4GJMIS1EgmXGMmJwkwnIJGMGBWQWhlbAzGFm6G+9yy1mvXV',
    'lXChnYpCWBDJNJxZKUEkJyZgO9GcKr7hXEnKVMhzTWxovSrByEjioqqcmJgXL3S1M6+/M/xdyRThQkLApyTk',
  ],
  // xz
  [
    '/Td6WFoAAATm1rRGAgAhARYAAAB0L+Wj4AJ5AUZdAB4Py4cR2M5mkQ+DHsr9ezPUf+m32+OsM6aDE5WuVpN/0dBooPioghUy',
    'hmSxXkNWP8XnvQ+lGgJC0tW33pZcjs8g0sPqXxvkGxBWHc50ufGDuP57OrmPt1AVn2ZWyi49iXcHkTrpV78irmyCpSUvKtOb',
    'QYqmfgfAMG7D+7uoGwu2B+26X60KOYfYGu3JcEEZAnlDS5urPahdp/v5f/KiVHmIbc5xvERYH5Fav+lres0vSEs8zPBGo+Qw',
    'l4bsOTg9tTtqzKMCTloCGabp9CdilX8he7LT+rJ99QlVxklPOlTuuzpWg772TvDqCGOvknYf1jRZLJTvx7SCqYQmzCNpfgSV',
    'j4I37m/YJ3m/POwTDW2Rvc8oUE3QbDjyhJ1eMHHnB3kBSgB+CAIip8s2i1GcXOjSS8GzG/OPj+6vYU0dFQFCnZsgXPQZAAAA',
    'gqXdGvbvb1kAAeIC+gQAACtjywyxxGf7AgAAAAAEWVo=',
  ],
  // tar.gz
  [
    'H4sIAAAAAAACA+3SzXLbIBAHcD9KJg8gJNWtxzMb0kueQ4Ollc1EAgZQkr5915blj2aml0576f+nA7ASy4LgDzOGgYvWj8XH',
    'OKz+hlJ8W69Prfi1rapNvfTneFVupHkoV//AlLKJsvzq/0TP8tcf3jgm693TY1WUj8+aeuZuZ9pXTZGDj7kZOZvOZKPJx33j',
    'zMj6Zb45pC4R4tHYQZvvfL5UjjOpObgksp2uSF0HJFm5icbtZf6O99bparOpv8hTlqTmCLHrTuF1uf263UpOGZO6nao+FRr8',
    'YNsfTZh2g00HPi7lpRSn+XrlJccco6Cdd7KZIKk+z4zc+nhs/bum5KfYcmODrrZ1URZ1ITu6Bqn1k8u6JjV3lkL4zQyTVHws',
    'xKbgk81y5OdlbyPUvdpRB5OSxI9dSqHXvZyiLCO9S4E3GdWpMtuxy7a38jc1Hdh0HJs++vF+y7cvSN3NMVM+NJHTNOQ0L/vb',
    'Q5u/PJd2Hiw13qdSywmqy9VaAQAAAAAAAAAAAAAAAAAAAADAH/oJ5om1IgAoAAA=',
  ],
].map((lines) => Buffer.from(lines.join(''), 'base64'));
