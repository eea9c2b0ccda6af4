/** A thread that draws nothing: it hangs, ends or answers as the title of the chart says. */
import { parentPort } from 'node:worker_threads';

parentPort?.on('message', ({ title }) => {
  if (title === 'end') process.exit(1);
  if (title === 'throw') throw new Error('thrown');
  if (title === 'loop') for (;;);
  if (title === 'fail') say({ error: 'failed' });
  else if (title !== 'hang') say({ png: new Uint8Array([1, 2, 3]), width: 1, height: 1 });
});
say('ready');

function say(message) {
  parentPort?.postMessage(message, []);
}
