import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { type PackingQuestion, packReplicas } from '../../src/cost/packing.ts'

/** A question in the order: replicas, tensor parallel, pipeline parallel, GPUs of an instance, Gbit/s. */
function question(replicas: number, tp: number, pp: number, g: number, network: number | null = null): PackingQuestion {
  return {
    replicas,
    gpusPerReplica: tp * pp,
    tensorParallel: tp,
    pipelineParallel: pp,
    gpusPerInstance: g,
    networkGbitPerSecond: network,
  }
}

describe('packReplicas', () => {
  it('puts four TP2 replicas on one 8-GPU instance and the fifth on a second', () => {
    const whole = { packed: true, replicasPerInstance: 4, instancesPerReplica: 1 }
    expect(packReplicas(question(4, 2, 1, 8))).toEqual({ ...whole, instances: 1, gpusPaid: 8 })
    expect(packReplicas(question(5, 2, 1, 8))).toEqual({ ...whole, instances: 2, gpusPaid: 16 })
  })

  it('needs no network for a replica that fills an instance', () => {
    const whole = { packed: true, instances: 2, gpusPaid: 16, replicasPerInstance: 1, instancesPerReplica: 1 }
    expect(packReplicas(question(2, 8, 1, 8))).toEqual(whole)
    expect(packReplicas(question(2, 4, 2, 8))).toEqual(whole)
  })

  // Three GPUs of a node of eight fit twice; two stay idle and are paid.
  it('pays for GPUs that no replica fits', () => {
    expect(packReplicas(question(2, 3, 1, 8))).toMatchObject({ instances: 1, gpusPaid: 8, replicasPerInstance: 2 })
    expect(packReplicas(question(3, 1, 1, 2))).toMatchObject({ instances: 2, gpusPaid: 4 })
  })

  it('never lets a tensor-parallel group span instances, whatever the network', () => {
    expect(packReplicas(question(1, 8, 1, 4, 3200))).toEqual({ packed: false, refusal: 'tp_exceeds_instance' })
  })

  // TP8 x PP2 over two nodes of eight; TP4 x PP3 = 12 GPUs: two stages in the first node, one in the second.
  it('spreads pipeline stages over instances with a known network', () => {
    const spanning = { packed: true, replicasPerInstance: 1, instancesPerReplica: 2 }
    expect(packReplicas(question(1, 8, 2, 8, 400))).toEqual({ ...spanning, instances: 2, gpusPaid: 16 })
    expect(packReplicas(question(3, 4, 3, 8, 400))).toEqual({ ...spanning, instances: 6, gpusPaid: 48 })
    expect(packReplicas(question(1, 8, 2, 8, null))).toEqual({ packed: false, refusal: 'no_network' })
  })

  it('wants whole stages in every instance', () => {
    expect(packReplicas(question(1, 3, 3, 8, 400))).toEqual({ packed: false, refusal: 'does_not_divide' })
  })

  // Data-parallel attention: TP1, PP1 and 16 ranks on nodes of eight.
  it('counts data-parallel ranks inside a replica', () => {
    const replica = { ...question(1, 1, 1, 8, 400), gpusPerReplica: 16 }
    expect(packReplicas(replica)).toMatchObject({ instances: 2, gpusPaid: 16, instancesPerReplica: 2 })
    expect(() => packReplicas({ ...question(1, 2, 2, 8), gpusPerReplica: 6 })).toThrow(RangeError)
  })

  it('stays within the instances that an offer has', () => {
    expect(packReplicas({ ...question(5, 2, 1, 8), maxInstances: 1 })).toEqual({
      packed: false,
      refusal: 'max_instances',
    })
    expect(packReplicas({ ...question(4, 2, 1, 8), maxInstances: 1 })).toMatchObject({ instances: 1 })
  })

  it('refuses counts that are none', () => {
    for (const count of [0, -1, 1.5, Number.NaN])
      expect(() => packReplicas(question(count, 1, 1, 1))).toThrow(RangeError)
  })

  const degree = fc.constantFrom(1, 2, 3, 4, 8)
  const shape = fc.tuple(fc.integer({ min: 1, max: 50 }), degree, degree, fc.constantFrom(1, 2, 3, 4, 7, 8, 10, 16))

  it('pays for at least the GPUs that the replicas use, and never for fewer instances with more replicas', () => {
    fc.assert(
      fc.property(shape, fc.boolean(), ([replicas, tp, pp, g], networked) => {
        const network = networked ? 400 : null
        const result = packReplicas(question(replicas, tp, pp, g, network))
        const more = packReplicas(question(replicas + 1, tp, pp, g, network))
        expect(more.packed).toBe(result.packed)
        if (!result.packed || !more.packed) return
        expect(result.gpusPaid).toBe(result.instances * g)
        expect(result.gpusPaid).toBeGreaterThanOrEqual(replicas * tp * pp)
        expect(result.gpusPaid).toBeGreaterThanOrEqual(g)
        expect(more.instances).toBeGreaterThanOrEqual(result.instances)
        // Nothing is wasted by a whole instance: one fewer could not hold all replicas under the same rules.
        expect((result.instances - 1) * result.replicasPerInstance).toBeLessThan(replicas * result.instancesPerReplica)
        if (result.instancesPerReplica > 1) expect(networked).toBe(true)
      }),
    )
  })
})
