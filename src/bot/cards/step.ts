import type { NextStep } from '../../core/analysis/next-step.js';
import type { Range } from '../../core/analysis/range.js';
import { ask } from '../ask.js';
import type { Button } from '../card.js';
import { counted } from '../figures.js';

/** A step that there is something to look at for. */
export type LookStep = Exclude<NextStep, { readonly code: 'get-reports' | 'keep-watching' }>;

/** The next step in a sentence, and the question that leads there. */
export function stepAdvice(
  step: LookStep,
  domain: string | null,
  { from, to }: Pick<Range, 'from' | 'to'>,
): { readonly advice: string; readonly button: Button } {
  if (step.code === 'raise-policy')
    return {
      advice: `Nearly all passes. If the failing sources are not yours, publish p=${step.to}.`,
      button: {
        label: 'Failing sources',
        command: ask('sources', [domain], { order: 'failing', from, to }),
      },
    };
  const fails = `${counted(step.failed, 'message')} of it ${step.failed === 1 ? 'fails' : 'fail'}`;
  return {
    advice:
      step.code === 'look-at-new-source'
        ? `Look at ${step.source}: it is new, and ${fails}.`
        : `Look at ${step.source}: ${fails}. If it is yours, align its DKIM or SPF.`,
    button: { label: step.source, command: ask('source', [step.source, domain], { from, to }) },
  };
}
