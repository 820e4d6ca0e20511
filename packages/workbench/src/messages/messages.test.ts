import { describe, expect, it } from 'vitest';
import { english } from './en.ts';
import { createFormats, daysBetween } from './formats.ts';
import { formatMessage, MessageSyntaxError, parseMessage } from './icu.ts';
import { type Catalogue, createTranslator } from './translate.ts';

const locale = (name: string) => ({ plural: new Intl.PluralRules(name), number: new Intl.NumberFormat(name) });
const say = (source: string, args: Record<string, string | number>, name = 'en') => formatMessage(parseMessage(source), args, locale(name));

describe('a message', () => {
  it('takes arguments, plurals and choices', () => {
    expect(say('Run {number} of {name}', { number: 1284, name: 'x' })).toBe('Run 1,284 of x');
    expect(say('{n, plural, =0 {none} one {# run} other {# runs}}', { n: 0 })).toBe('none');
    expect(say('{n, plural, =0 {none} one {# run} other {# runs}}', { n: 1 })).toBe('1 run');
    expect(say('{n, plural, one {# run of {name}} other {# runs of {name}}}', { n: 2, name: 'y' })).toBe('2 runs of y');
    expect(say('{kind, select, a {an A} other {another}}', { kind: 'b' })).toBe('another');
  });

  it('follows the plural rules of its language', () => {
    const files = '{n, plural, one {# файл} few {# файла} many {# файлов} other {# файла}}';
    expect([1, 2, 5, 21].map((n) => say(files, { n }, 'ru'))).toEqual(['1 файл', '2 файла', '5 файлов', '21 файл']);
  });

  it('never reads an argument from the prototype', () => {
    expect(say('{constructor}', {})).toBe('{constructor}');
  });

  it.each(['{', '{a, plural, one {x}}', '{a, plural, other {x}', 'a}', '{a, date}'])('refuses %s', (source) => {
    expect(() => parseMessage(source)).toThrow(MessageSyntaxError);
  });
});

describe('the English catalogue', () => {
  const entries = Object.entries(english);

  it('can be read', () => {
    for (const [key, source] of entries) expect(() => parseMessage(source), key).not.toThrow();
  });

  it('keeps the tone: no exclamation marks, no words the house does not use', () => {
    for (const [key, source] of entries) {
      expect(source, key).not.toContain('!');
      expect(source.toLowerCase(), key).not.toMatch(/\b(oops|please|successfully|seamless|invalid|something went wrong|are you sure)\b/);
    }
  });

  it('has no branch that the types would take for an argument', () => {
    for (const [key, source] of entries) {
      for (const part of parseMessage(source)) {
        if (part.type !== 'choice') continue;
        for (const branch of part.branches.values()) {
          const only = branch.length === 1 ? branch[0] : undefined;
          if (only?.type === 'text') expect(only.text, key).toMatch(/[ .…]/);
        }
      }
    }
  });
});

describe('formats', () => {
  const t = createTranslator(english satisfies Catalogue, 'en');
  const formats = createFormats('en-GB', t);

  it('writes durations as the design does', () => {
    expect([0, 212.4, 999.6, 6100, 59_960, 72_000, 3_600_000, 11_100_000].map(formats.duration)).toEqual([
      '0 ms',
      '212 ms',
      '1.0 s',
      '6.1 s',
      '1 min 00 s',
      '1 min 12 s',
      '1 h 00 min',
      '3 h 05 min',
    ]);
  });

  it('writes sizes', () => {
    expect([12, 2048, 184 * 1024, 2.14 * 1024 * 1024].map(formats.bytes)).toEqual(['12 bytes', '2.0 KB', '184 KB', '2.1 MB']);
  });

  it('counts days by the calendar', () => {
    const evening = new Date(2026, 10, 20, 23, 59).getTime();
    expect(daysBetween(evening, new Date(2026, 10, 21, 0, 1).getTime())).toBe(1);
    expect(formats.when(evening, new Date(2026, 10, 21, 0, 1).getTime())).toBe('Yesterday');
    expect(formats.dayHeading(evening, evening)).toBe('Today, 20 November');
  });
});
