// The measures that settings come in. All times are milliseconds and all sizes bytes, as the names of the settings say.

import { z } from 'zod';

export const port = z.int().min(0).max(65535);
export const milliseconds = z.int().min(0);
export const count = z.int().min(1);
export const bytes = z.int().min(1);
export const kibibyte = 1024;
export const mebibyte = 1024 * kibibyte;
export const gibibyte = 1024 * mebibyte;
export const second = 1000;
export const minute = 60 * second;
export const hour = 60 * minute;
export const day = 24 * hour;
