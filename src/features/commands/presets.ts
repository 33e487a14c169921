// The experiments that ship: each a text that makes the default model ask, and a command with sample data, so that no network is needed.
import type { Definition, Experiment } from './types.ts';

const command = (name: string, purpose: string, by: Definition['by'], source: string): Definition => ({
  name,
  purpose,
  by,
  source,
  path: '',
  enabled: true,
});

export const EXPERIMENTS: readonly Experiment[] = [
  {
    title: 'Weather command',
    words: 'An expression answers with made-up weather for the place in the question.',
    text: 'USER: "What\'s the weather like in Paris?"\n',
    definitions: [
      command(
        'FETCH_WEATHER_DATA',
        'The weather at a place now (sample data)',
        'expression',
        // biome-ignore lint/suspicious/noTemplateCurlyInString: an expression is a text.
        '`18°C, cloudy, wind 12 km/h, ${text.match(/.*in ([A-Z][a-z]+)/s)?.[1] ?? "Paris"}`',
      ),
    ],
  },
  {
    title: 'Bitcoin command',
    words: 'A fixed text answers with a made-up price.',
    text: 'USER: "What is the price of Bitcoin today?"\n',
    definitions: [command('FETCH_BITCOIN_PRICE', 'The price of Bitcoin now (sample data)', 'text', 'BTCUSD $64,250')],
  },
  {
    title: 'President command',
    words: 'A fixed text answers with a made-up president.',
    text: 'USER: "Who is the current president?"\n',
    definitions: [command('FETCH_PRESIDENT', 'Who is president (sample data)', 'text', 'Maya Moreau, France')],
  },
];
