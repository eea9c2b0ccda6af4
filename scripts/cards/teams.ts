import type { Card, Chart } from '../../src/bot/card.js';
import type { Picture } from '../../src/bot/platform.js';
import { renderCard } from '../../src/bot/teams/render.js';
import { inScript, page } from './page.js';

/** Colours and sizes as Teams draws them on its light theme; the library's own are those of a plain page. */
const HOST = {
  fontFamily: 'Inter, sans-serif',
  fontSizes: { small: 12, default: 14, medium: 16, large: 18, extraLarge: 24 },
  spacing: { small: 8, default: 12, medium: 16, large: 20, extraLarge: 24, padding: 12 },
  separator: { lineThickness: 1, lineColor: '#e1dfdd' },
  actions: { actionsOrientation: 'horizontal', actionAlignment: 'left', maxActions: 6, buttonSpacing: 8 },
  supportsInteractivity: true,
  containerStyles: {
    default: colours('#ffffff', '#242424'),
    emphasis: colours('#f5f5f5', '#242424'),
    good: colours('#e7f2da', '#242424'),
    warning: colours('#fbf6d9', '#242424'),
    attention: colours('#fcf4f6', '#242424'),
    accent: colours('#e8ebfa', '#242424'),
  },
};

function colours(backgroundColor: string, text: string) {
  const of = (colour: string, subtle = '#616161') => ({ default: colour, subtle });
  return {
    backgroundColor,
    foregroundColors: {
      default: of(text),
      accent: of('#5b5fc7'),
      good: of('#237b4b'),
      warning: of('#8a5300'),
      attention: of('#c4314b'),
    },
  };
}

/** A card as an Adaptive Card, drawn by the `adaptivecards` library. */
export function teamsPage(card: Card, pictures: ReadonlyMap<Chart, Picture>): string {
  const { content } = renderCard(card, {
    pictures,
    share: { command: 'share', audience: 'channel' },
    key: 'cards',
  });
  return page({
    head: '<script src="/node_modules/adaptivecards/dist/adaptivecards.min.js"></script>',
    width: 720,
    style: `#shot { background: #f5f5f5; padding: 16px; color: #242424; }
.ac-adaptiveCard { border-radius: 6px; box-shadow: 0 1px 3px rgba(0,0,0,.25); overflow: hidden; }
.ac-pushButton { background: #fff; border: 1px solid #d1d1d1; border-radius: 4px; padding: 5px 12px; font: 600 14px Inter; color: #242424; }
.ac-pushButton.style-positive { background: #5b5fc7; border-color: #5b5fc7; color: #fff; }
.ac-actionSet { flex-wrap: wrap; row-gap: 8px; }
.ac-input { width: 100%; padding: 6px; border: 1px solid #d1d1d1; border-radius: 4px; background: #fff; font: 14px Inter; }
img { max-width: 100%; }`,
    body: `<script>
const card = new AdaptiveCards.AdaptiveCard();
card.hostConfig = new AdaptiveCards.HostConfig(${inScript(HOST)});
card.parse(${inScript(content)});
document.getElementById('shot').append(card.render());
</script>`,
  });
}
