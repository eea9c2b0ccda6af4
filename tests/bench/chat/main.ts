import { runBench } from '../run.js';
import { chat } from './part.js';

await runBench(
  {
    script: 'bench:chat',
    advice:
      '`npm run bench:chat` builds, fills a database with 1 million records and takes about five minutes on two cores; `--data FOLDER` keeps that database for the next time, with the people that each run makes. `--quick` shows in seconds that it works, `--check` ends with exit code 1 when a target is missed. Nothing else should run meanwhile.',
  },
  [chat],
);
