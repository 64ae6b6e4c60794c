#include "metrics/instrument.h"

#include <prometheus/counter.h>
#include <prometheus/gauge.h>
#include <prometheus/histogram.h>

namespace status::metrics {

void Counter::add(double step) const {
  if (target_ != nullptr) target_->Increment(step);
}

void Gauge::set(double value) const {
  if (target_ != nullptr) target_->Set(value);
}

void Gauge::add(double step) const {
  if (target_ != nullptr) target_->Increment(step);
}

void Histogram::observe(double value) const {
  if (target_ != nullptr) target_->Observe(value);
}

void Histogram::observe(std::chrono::nanoseconds value) const { observe(static_cast<double>(value.count()) * 1e-9); }

}  // namespace status::metrics
