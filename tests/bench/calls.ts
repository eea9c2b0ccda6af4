import { Agent, request } from 'node:http';
import { percentile } from './percentile.js';
import type { Latency } from './ask.js';

export interface Call {
  readonly method: 'GET' | 'POST';
  readonly url: string;
  readonly headers: Readonly<Record<string, string>>;
  readonly body?: Buffer;
}

export interface Answered {
  readonly latency: Latency;
  /** Answers that were not what the call promises, or none: by what they were. */
  readonly errors: ReadonlyMap<string, number>;
}

/**
 * Makes so many calls a second, each at its time whether those before have been answered or not; what is measured runs
 * from the time at which a call was due, so that a service that falls behind cannot hide it.
 */
export async function callSteadily(
  draw: () => Call,
  bounds: { readonly perSecond: number; readonly seconds: number },
): Promise<Answered> {
  const agent = new Agent({ keepAlive: true });
  const times: number[] = [];
  const errors = new Map<string, number>();
  const under: Promise<void>[] = [];
  const begin = performance.now();
  const total = Math.max(1, Math.round(bounds.perSecond * bounds.seconds));
  for (let index = 0; index < total; index += 1) {
    const due = begin + (index * 1_000) / bounds.perSecond;
    const early = due - performance.now();
    if (early > 1) await new Promise((resolve) => setTimeout(resolve, early));
    under.push(
      answerOf(agent, draw()).then((wrong) => {
        times.push(performance.now() - due);
        if (wrong !== null) errors.set(wrong, (errors.get(wrong) ?? 0) + 1);
      }),
    );
  }
  await Promise.all(under);
  agent.destroy();
  const at = (percent: number) => percentile(times, percent);
  return { latency: { asked: times.length, p50: at(50), p95: at(95), p99: at(99), most: at(100) }, errors };
}

/** Null for a good answer, read to its end. */
function answerOf(agent: Agent, { method, url, headers, body }: Call): Promise<string | null> {
  return new Promise((resolve) => {
    const call = request(url, { method, headers, agent }, (response) => {
      response.resume();
      response.once('end', () => {
        const { statusCode = 0 } = response;
        resolve(statusCode >= 200 && statusCode < 300 ? null : `status ${statusCode}`);
      });
      response.once('error', (error) => resolve(error.message));
    });
    call.once('error', (error) => resolve(error.message));
    call.end(body);
  });
}
