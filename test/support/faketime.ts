// A wrong clock for one process, with Debian's `faketime`. Elapsed time stays right, and so does every other process.
import { existsSync } from 'node:fs';
import { writeFile } from 'node:fs/promises';

const LIBRARY = ['x86_64', 'aarch64']
  .map((machine) => `/usr/lib/${machine}-linux-gnu/faketime/libfaketimeMT.so.1`)
  .find(existsSync);

/** Null without the package. `file` holds how far the clock is off, such as `+40d`, `-1h` or `+0`. */
export const wrongClock = (file: string) =>
  LIBRARY === undefined
    ? null
    : {
        env: {
          LD_PRELOAD: LIBRARY,
          FAKETIME_TIMESTAMP_FILE: file,
          FAKETIME_NO_CACHE: '1',
          FAKETIME_DONT_FAKE_MONOTONIC: '1',
        },
        set: (distance: string) => writeFile(file, `${distance}\n`),
      };
