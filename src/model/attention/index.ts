import type { Attention } from '../../catalog/model.ts'
import { linear, type Tensor } from '../tensor.ts'
import { compressedTensors } from './compressed.ts'
import { gatedDeltaNetTensors, kimiDeltaTensors } from './delta.ts'
import { mambaOneTensors, mambaTwoTensors } from './mamba.ts'
import { mlaTensors } from './mla.ts'
import { lightningTensors, shortConvTensors } from './simple.ts'
import { crossTensors, softmaxTensors } from './softmax.ts'

/** Tensors of the attention (or of what stands in its place) of one layer. */
export function attentionTensors(attention: Attention, hidden: number): Tensor[] {
  switch (attention.kind) {
    case 'softmax':
      return softmaxTensors(attention, hidden)
    case 'mla':
      return mlaTensors(attention, hidden)
    case 'compressed':
      return compressedTensors(attention, hidden)
    case 'cross':
      return crossTensors(attention, hidden)
    case 'gated-deltanet':
      return gatedDeltaNetTensors(attention, hidden)
    case 'kimi-delta':
      return kimiDeltaTensors(attention, hidden)
    case 'mamba1':
      return mambaOneTensors(attention, hidden)
    case 'mamba2':
      return mambaTwoTensors(attention, hidden)
    case 'lightning':
      return lightningTensors(attention, hidden)
    case 'short-conv':
      return shortConvTensors(attention, hidden)
    case 'linear':
      return [linear('linear_attention', hidden, hidden, 'column')]
    case 'none':
      return []
  }
}
