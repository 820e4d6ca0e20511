// Numbers, sizes, times and durations as the person's locale writes them. The words of units come from the catalogue.

import type { Translate } from './translate.ts';

export interface Formats {
  readonly locale: string;
  readonly number: (value: number) => string;
  /** `0 ms`, `212 ms`, `6.1 s`, `1 min 12 s`, `3 h 05 min`. */
  readonly duration: (ms: number) => string;
  readonly bytes: (size: number) => string;
  /** `10:43`. */
  readonly clock: (at: number) => string;
  /** `10:43:05`. */
  readonly clockWithSeconds: (at: number) => string;
  /** `20 Nov, 09:02:14`. */
  readonly moment: (at: number) => string;
  /** A day as a heading: `Today, 20 November`. */
  readonly dayHeading: (at: number, now: number) => string;
  /** A day on an axis: `7 Nov`, then `8`. */
  readonly dayShort: (at: number, withMonth: boolean) => string;
  /** When something last happened, as short as it stays exact: `10:43`, `Yesterday`, `9 Nov`. */
  readonly when: (at: number, now: number) => string;
  /** A month as a heading: `October 2026`. */
  readonly month: (at: number) => string;
  /** `2025`. */
  readonly year: (at: number) => string;
  readonly list: (items: readonly string[]) => string;
  /** Sorts names the way the language does. */
  readonly compare: (one: string, other: string) => number;
}

const NBSP = '\u00a0';
const KILO = 1024;

export function createFormats(locale: string, t: Translate): Formats {
  const number = new Intl.NumberFormat(locale);
  const oneDigit = new Intl.NumberFormat(locale, { minimumFractionDigits: 1, maximumFractionDigits: 1 });
  const clock = new Intl.DateTimeFormat(locale, { hour: '2-digit', minute: '2-digit', hourCycle: 'h23' });
  const clockWithSeconds = new Intl.DateTimeFormat(locale, { hour: '2-digit', minute: '2-digit', second: '2-digit', hourCycle: 'h23' });
  const dayMonth = new Intl.DateTimeFormat(locale, { day: 'numeric', month: 'short' });
  const dayLong = new Intl.DateTimeFormat(locale, { day: 'numeric', month: 'long' });
  const dayYear = new Intl.DateTimeFormat(locale, { day: 'numeric', month: 'short', year: 'numeric' });
  const monthYear = new Intl.DateTimeFormat(locale, { month: 'long', year: 'numeric' });
  const yearOnly = new Intl.DateTimeFormat(locale, { year: 'numeric' });
  const weekday = new Intl.DateTimeFormat(locale, { weekday: 'long' });
  const list = new Intl.ListFormat(locale, { type: 'conjunction' });
  const collator = new Intl.Collator(locale, { numeric: true, sensitivity: 'base' });

  const duration = (ms: number): string => {
    if (ms < 999.5) return t('unit.ms', { value: number.format(Math.round(ms)) });
    const seconds = ms / 1000;
    if (seconds < 59.95) return t('unit.s', { value: oneDigit.format(seconds) });
    const whole = Math.round(seconds);
    if (whole < 3600) return t('unit.minSeconds', { minutes: Math.floor(whole / 60), seconds: String(whole % 60).padStart(2, '0') });
    const minutes = Math.floor(whole / 60);
    return t('unit.hourMinutes', { hours: Math.floor(minutes / 60), minutes: String(minutes % 60).padStart(2, '0') });
  };
  const bytes = (size: number): string => {
    if (size < KILO) return t('unit.bytes', { value: number.format(size) });
    if (size < KILO ** 2) return t('unit.kilobytes', { value: shortNumber(size / KILO) });
    if (size < KILO ** 3) return t('unit.megabytes', { value: shortNumber(size / KILO ** 2) });
    return t('unit.gigabytes', { value: shortNumber(size / KILO ** 3) });
  };
  const shortNumber = (value: number): string => (value < 10 ? oneDigit : number).format(value < 10 ? value : Math.round(value));

  return {
    locale,
    number: (value) => number.format(value),
    duration,
    bytes,
    clock: (at) => clock.format(at),
    clockWithSeconds: (at) => clockWithSeconds.format(at),
    moment: (at) => `${dayMonth.format(at)}, ${clockWithSeconds.format(at)}`.replaceAll(' ', NBSP).replace(`,${NBSP}`, ', '),
    dayHeading: (at, now) => {
      const ago = daysBetween(at, now);
      const day = ago < 300 ? dayLong.format(at) : dayYear.format(at);
      if (ago === 0) return t('day.today', { day });
      if (ago === 1) return t('day.yesterday', { day });
      return t('day.other', { weekday: weekday.format(at), day });
    },
    dayShort: (at, withMonth) => (withMonth ? dayMonth.format(at) : String(new Date(at).getDate())),
    when: (at, now) => {
      const ago = daysBetween(at, now);
      if (ago <= 0) return clock.format(at);
      if (ago === 1) return t('when.yesterday');
      return ago < 300 ? dayMonth.format(at) : dayYear.format(at);
    },
    month: (at) => monthYear.format(at),
    year: (at) => yearOnly.format(at),
    list: (items) => list.format(items),
    compare: (one, other) => collator.compare(one, other),
  };
}

/** The start of the day of `at`, in the person's own time zone. */
export function startOfDay(at: number): number {
  const day = new Date(at);
  day.setHours(0, 0, 0, 0);
  return day.getTime();
}

/** Whole days between two moments by the calendar, so that a change of clocks does not matter. */
export function daysBetween(at: number, now: number): number {
  return Math.round((startOfDay(now) - startOfDay(at)) / 86_400_000);
}
