// Calls as Asio asynchronous operations: with `boost::asio::use_awaitable` they are C++20 coroutines, with a plain function callbacks, with `use_future` futures.
// The completion handler runs on its associated executor, never on an NNG thread.
//
//   boost::asio::awaitable<void> greet(ipc::Client& chat) {
//     auto sent = co_await ipc::async_call<chat::SendMessage>(chat, {.conversation = id, .content = "hello"}, {}, use_awaitable);
//   }
#pragma once

#include <utility>  // Boost 1.74 finds the coroutines of C++20 only after this

#include <boost/asio/associated_executor.hpp>
#include <boost/asio/async_result.hpp>
#include <boost/asio/awaitable.hpp>
#include <boost/asio/bind_executor.hpp>
#include <boost/asio/post.hpp>
#include <boost/asio/use_awaitable.hpp>
#include <memory>

#include "ipc/client/typed.h"

namespace status::ipc {

template <class M, class Token>
auto async_call(Client& client, typename M::Request params, CallOptions options, Token&& token) {
  using Reply = Result<typename M::Reply>;
  return boost::asio::async_initiate<Token, void(Reply)>(
      [&client](auto handler, typename M::Request request, const CallOptions& call_options) {
        // The callback of a client must be copyable; a completion handler is not.
        auto shared = std::make_shared<decltype(handler)>(std::move(handler));
        call_async<M>(client, request, call_options, [shared](Reply reply) mutable {
          const auto executor = boost::asio::get_associated_executor(*shared);
          boost::asio::post(executor, [shared, reply = std::move(reply)]() mutable { (*shared)(std::move(reply)); });
        });
      },
      token, std::move(params), std::move(options));
}

}  // namespace status::ipc
