import { expect, it } from 'vitest';
import { places } from '../../src/api/places.js';

const few = { what: 'exports', all: 3, ofTenant: 2, each: 1, retrySeconds: 10 } as const;

it('are bounded for one asker, for one tenant, and for all, and come back', () => {
  const { take, short } = places(few);
  const first = take({ who: '1:a', tenant: 1 });

  expect(() => take({ who: '1:a', tenant: 1 })).toThrow('of yours as may be at once (1)');
  take({ who: '1:b', tenant: 1 });
  expect(() => take({ who: '1:c', tenant: 1 })).toThrow('of your workspace as may be at once (2)');
  expect(short()).toBe(false);
  take({ who: '2:a', tenant: 2 });
  expect(() => take({ who: '3:a', tenant: 3 })).toThrow('3 exports are under way');
  expect(short()).toBe(true);

  first();
  first();

  expect(short()).toBe(false);
  take({ who: '1:a', tenant: 1 });
  expect(() => take({ who: '1:c', tenant: 1 })).toThrow('of your workspace');
  expect(() => take({ who: '3:a', tenant: 3 })).toThrow('3 exports are under way');
});
