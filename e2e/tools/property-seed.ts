// Properties are tried with the same values every time; PROPERTY_SEED=<number> tries others.
import process from 'node:process';
import fc from 'fast-check';

fc.configureGlobal({ seed: Number(process.env.PROPERTY_SEED ?? 1) });
