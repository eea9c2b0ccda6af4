import { suppress as operation } from '../../core/operations/alert/suppress.js';
import { suppressedCard } from '../cards/suppressions.js';
import { command } from '../command.js';

export const suppress = command({
  name: 'suppress',
  aliases: ['silence'],
  operation,
  positional: [],
  examples: [
    'suppress rule:new-source domain:example.com hours:24',
    'suppress everything:yes rrule:FREQ=WEEKLY;BYDAY=SA,SU;BYHOUR=0;BYMINUTE=0 minutes:1440 zone:Europe/Berlin',
  ],
  card: suppressedCard,
});
