// Icons of the page, drawn on a 16 x 16 grid with a 1.5 px line. Decorative: the name is on the button.

const PATHS = {
  run: 'M5 3.2v9.6L12.6 8z',
  stop: 'M4.2 4.2h7.6v7.6H4.2z',
  fromHere: 'M3.500 3v10M6.800 4.200v7.600L12.600 8z',
  step: 'M4 3.5v9L10 8zM12 3.5v9',
  borders: 'M2.5 4v8M8 4v8M13.5 4v8M4.6 8h1.4M10.1 8h1.4',
  special: 'M4.6 5 1.9 8l2.700 3M11.4 5l2.700 3-2.700 3M8 3.400v9.200',
  size: 'm1.500 12.500 3-8 3 8M2.600 9.800h3.800M10 12.500l2-5.300 2 5.300M10.700 10.800h2.600',
  whitespace: 'M2.5 9.5V12h11V9.5M8 5.600h.01',
  undo: 'M5.8 3 2.8 6l3 3M3 6h6.2a3.6 3.6 0 0 1 0 7.2H6.4',
  redo: 'm10.2 3 3 3-3 3M13 6H6.8a3.6 3.6 0 0 0 0 7.2h2.8',
  regenerate: 'M13 8a5 5 0 1 1-1.5-3.56M13 2.6v2.8h-2.8',
  rename: 'm3 13 .6-2.800 7-7 2.200 2.200-7 7z',
  plus: 'M8 3.500v9M3.500 8h9',
  minus: 'M3.500 8h9',
  pin: 'M5.600 2.600h4.800M6.400 2.600v4L4.400 9h7.200l-2-2.400v-4M8 9v4.600',
  close: 'm4 4 8 8m0-8-8 8',
  fold: 'm4 9.800 4-4 4 4',
  widen: 'M9.500 8H2.500m2.600-2.600L2.500 8l2.600 2.600M13.500 3v10',
  narrow: 'M2.500 8h7m-2.600-2.600L9.500 8l-2.600 2.600M13.500 3v10',
  down: 'm4 6.2 4 4 4-4',
  up: 'm4 9.8 4-4 4 4',
  earlier: 'm9.8 4-4 4 4 4',
  later: 'm6.2 4 4 4-4 4',
  lock: 'M4 7.4h8v5.6H4zM5.6 7.4V5.2a2.4 2.4 0 0 1 4.8 0v2.2',
  unlock: 'M4 7.4h8v5.6H4zM5.6 7.4V5.2a2.4 2.4 0 0 1 4.6-.9',
  dice: 'M3 3h10v10H3zM5.9 5.9h.01M10.1 5.9h.01M8 8h.01M5.9 10.1h.01M10.1 10.1h.01',
  search: 'M7.2 11.4a4.2 4.2 0 1 0 0-8.4 4.2 4.2 0 0 0 0 8.4zm3.1-1.1L13.4 13.4',
  sun: 'M8 10.6a2.6 2.6 0 1 0 0-5.2 2.6 2.6 0 0 0 0 5.2zM8 1.6v1.3M8 13.1v1.3M1.6 8h1.3M13.1 8h1.3M3.5 3.5l.9.9M11.6 11.6l.9.9M12.5 3.5l-.9.9M4.4 11.6l-.9.9',
  moon: 'M13 9.6A5.4 5.4 0 0 1 6.4 3 5.4 5.4 0 1 0 13 9.6z',
  system: 'M2.5 3.2h11v7.6h-11zM6 13.2h4M8 10.8v2.4',
  settings: 'M2.5 4.6h6M12 4.6h1.5M2.5 11.4H4M7.5 11.4h6M10.2 3v3.2M5.8 9.8V13',
  scale: 'M3 2.500v11M5.600 4.800h7.900M5.600 8h5M5.600 11.200h2.400',
  inspect: 'M2.5 12.8V9.6M6.2 12.8V3.2M9.8 12.8V6.4M13.5 12.8v-2',
  download: 'M8 2.6v7.4m-3-2.8 3 3 3-3M3 13.2h10',
  warn: 'M8 2.6 14 13H2zM8 6.6v3M8 11.3h.01',
  file: 'M4 2.5h5l3 3v8H4zM9 2.5v3h3',
  share: 'M8 10V2.600m-2.800 2.600L8 2.400l2.800 2.800M4.800 7.400H3.200v6h9.600v-6h-1.600',
  folder: 'M2.5 4h4l1.3 1.6h5.7v7h-11z',
} as const;

export type IconName = keyof typeof PATHS;

export function Icon({ name, size = 16 }: { name: IconName; size?: number }) {
  return (
    <svg
      width={size}
      height={size}
      viewBox="0 0 16 16"
      fill={name === 'run' || name === 'stop' ? 'currentColor' : 'none'}
      stroke="currentColor"
      strokeWidth={1.5}
      strokeLinecap="round"
      strokeLinejoin="round"
      aria-hidden="true"
      focusable="false"
    >
      <path d={PATHS[name]} />
    </svg>
  );
}
