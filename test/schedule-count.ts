/**
 * How many random schedules a property test lives through: enough to notice most faults in each run of the unit tests,
 * and ten thousand in `npm run test:schedules`, with the same seeds.
 */
export const SCHEDULES = Number(process.env.PI_WORKER_SCHEDULES ?? 1000)
