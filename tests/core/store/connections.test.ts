import { expect, it } from 'vitest';
import { DEFAULT_CONNECTIONS } from '../../../src/core/store/connections.js';
import { findHome } from '../../../src/core/store/embedded/home.js';
import { serverConfig } from '../../../src/core/store/embedded/settings.js';

it('the embedded server has room for five processes with all of their connections', async () => {
  const config = serverConfig(await findHome('/data'), '/sockets', {});

  const [, most] = /^max_connections = '(\d+)'$/mu.exec(config) ?? [];
  expect(Number(most)).toBeGreaterThan(5 * DEFAULT_CONNECTIONS);
});
