// Calls as Asio asynchronous operations: with `boost::asio::use_awaitable` they are C++20 coroutines, with
// `bind_executor(executor, function)` callbacks. The completion handler runs on its associated executor, never on an
// NNG thread; without one Asio would start a pool of threads for it.
//
//   boost::asio::awaitable<void> greet(ipc::Client& chat) {
//     const chat::SendMessage::Request message{.conversation = id, .content = "hello"};
//     auto sent = co_await ipc::async_call<chat::SendMessage>(chat, message, use_awaitable);
//   }
//
// Parameters and options have to be variables, and a temporary does not compile: GCC 12 destroys a struct that is made
// with braces inside of a co_await twice.
#pragma once

#include <boost/asio/associated_executor.hpp>
#include <boost/asio/async_result.hpp>
#include <boost/asio/awaitable.hpp>
#include <boost/asio/bind_executor.hpp>
#include <boost/asio/post.hpp>
#include <boost/asio/use_awaitable.hpp>
#include <concepts>
#include <memory>
#include <type_traits>
#include <utility>  // Boost 1.74 finds the coroutines of C++20 only after this

#include "ipc/client/typed.h"

namespace status::ipc {

// `params` is an M::Request, `options` a CallOptions. Both are used up when this returns.
template <class M, class Params, class Options, class Token>
requires std::same_as < std::remove_const_t<Params>,
typename M::Request >
    &&std::same_as<std::remove_const_t<Options>, CallOptions> auto async_call(Client& client, Params& params,
                                                                              Options& options, Token&& token) {
  using Reply = Result<typename M::Reply>;
  return boost::asio::async_initiate<Token, void(Reply)>(
      [&client](auto handler, Result<Request> request) {
        // The callback of a client must be copyable; a completion handler is not.
        auto shared = std::make_shared<decltype(handler)>(std::move(handler));
        auto complete = [shared](Reply reply) mutable {
          const auto executor = boost::asio::get_associated_executor(*shared);
          boost::asio::post(executor, [shared, reply = std::move(reply)]() mutable { (*shared)(std::move(reply)); });
        };
        if (!request) return complete(fail(std::move(request.error())));
        client.call(*request, [complete](Result<Response> response) mutable { complete(read_reply<M>(response)); });
      },
      token, make_request<M>(client, params, options));
}

template <class M, class Params, class Token>
requires std::same_as < std::remove_const_t<Params>,
typename M::Request > auto async_call(Client& client, Params& params, Token&& token) {
  const CallOptions defaults;
  return async_call<M>(client, params, defaults, std::forward<Token>(token));
}

}  // namespace status::ipc
