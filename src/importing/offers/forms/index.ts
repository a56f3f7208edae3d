import type { OfferForm } from '../types.ts'
import { gpuhunt } from './gpuhunt.ts'
import { own } from './own.ts'
import { skypilot } from './skypilot.ts'

/** Every form of price list, the first that recognises a header reads it. */
export const offerForms: readonly OfferForm[] = [skypilot, gpuhunt, own]
